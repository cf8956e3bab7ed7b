import { Box } from '@mantine/core';
import type { SavingsSummary } from '../../server/core/savings/summary.ts';
import type { OpeningTerm } from '../../server/core/savings/types.ts';
import type { Cell } from '../exports.ts';
import { TimeText } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { plural } from '../words.ts';
import type { Formula } from './range.ts';
import { formulaOf } from './terms.ts';

const columns: readonly (readonly [string, (term: OpeningTerm) => Cell])[] = [
  ['opening', ({ opening }) => opening.id],
  ['provider', ({ opening }) => opening.provider],
  ['opened_at', ({ opening }) => iso(opening.openedAt)],
  ['last_down_at', ({ opening }) => iso(opening.lastDownAt)],
  ['back_at', ({ opening }) => iso(opening.backAt)],
  ['ended_at', ({ opening }) => iso(opening.endedAt)],
  ['skips', ({ figures }) => figures.skips],
  ['attempts_low', ({ figures }) => figures.attempts.low],
  ['attempts_high', ({ figures }) => figures.attempts.high],
  ['each_ms', ({ eachMs }) => eachMs],
  ['waiting_ms_low', ({ figures }) => figures.waitingMs.low],
  ['waiting_ms_high', ({ figures }) => figures.waitingMs.high],
  ['spend_nano_usd_low', ({ figures }) => figures.spend.low],
  ['spend_nano_usd_high', ({ figures }) => figures.spend.high],
  ['premium_nano_usd_low', ({ figures }) => figures.premium.low],
  ['premium_nano_usd_high', ({ figures }) => figures.premium.high],
  ['caution_low', ({ figures }) => figures.caution.low],
  ['caution_high', ({ figures }) => figures.caution.high],
  ['net_nano_usd_low', ({ figures }) => figures.net.low],
  ['net_nano_usd_high', ({ figures }) => figures.net.high],
];

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** How the chosen figure is computed: the rule, then opening by opening, then the sum. */
export function How({ summary, how }: { summary: SavingsSummary; how: Formula }) {
  const { total, terms, termsInAll } = summary;
  const { title, rule, range, show, numbers } = formulaOf[how];
  const sum = range(total);
  const shown = terms.reduce(
    (so, { figures }) => ({ low: so.low + range(figures).low, high: so.high + range(figures).high }),
    { low: 0, high: 0 },
  );
  const rest = { low: sum.low - shown.low, high: sum.high - shown.high };
  const others = termsInAll > terms.length ? 'older openings, and what is of none' : 'what is of no opening';
  return (
    <Panel
      title={`How “${title.charAt(0).toLowerCase()}${title.slice(1)}” is computed`}
      actions={terms.length > 0 && <SavedTable name="savings-openings" columns={columns} rows={terms} />}
    >
      <pre className="savings-rule">{rule(total).join('\n')}</pre>
      <Box component="section" className="chart-table savings-terms" aria-label="Opening by opening" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">opening</th>
              <th scope="col">low</th>
              <th scope="col">high</th>
            </tr>
          </thead>
          <tbody>
            {terms.map((term) => (
              <tr key={term.opening.id}>
                <th scope="row">
                  <b>{term.opening.provider}</b>, <TimeText at={term.opening.openedAt} />
                  <Between term={term} />
                  <small>{numbers(term)}</small>
                </th>
                <td>{show(range(term.figures).low)}</td>
                <td>{show(range(term.figures).high)}</td>
              </tr>
            ))}
            {(rest.low !== 0 || rest.high !== 0) && (
              <tr>
                <th scope="row">{others}</th>
                <td>{show(rest.low)}</td>
                <td>{show(rest.high)}</td>
              </tr>
            )}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">sum of {plural(termsInAll, 'opening')}</th>
              <td>{show(sum.low)}</td>
              <td>{show(sum.high)}</td>
            </tr>
          </tfoot>
        </table>
      </Box>
      <p className="savings-note">
        Between the last failed probe and the first good one nobody knows when a provider came back; more frequent
        probes would narrow the range. The same gap has a price:{' '}
        <b>up to {plural(total.caution.high, 'answer')} came from a fallback though the provider was probably back</b>.
      </p>
    </Panel>
  );
}

function Between({ term: { opening } }: { term: OpeningTerm }) {
  const { lastDownAt, backAt, openedAt, endedBy } = opening;
  return (
    <small>
      {lastDownAt === openedAt ? 'no probe has failed' : 'last failed probe '}
      {lastDownAt !== openedAt && <TimeText at={lastDownAt} after={openedAt} bare />}
      {' · '}
      {backAt === null ? (endedBy === 'hand' ? 'reset by hand' : 'no good probe yet') : 'first good one '}
      {backAt !== null && <TimeText at={backAt} after={openedAt} bare />}
    </small>
  );
}
