import type { CircuitEntry } from '../../server/core/circuit/types.ts';
import type { ProviderOverview } from '../../server/core/overview.ts';
import type { Cell } from '../exports.ts';
import { showMs } from '../time.ts';
import { ExportButtons } from '../ui/exportButtons.tsx';
import { Age, Money, TimeText } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProviderLink } from '../ui/providerLink.tsx';
import { CheckWord } from '../ui/state.tsx';
import { percent, wholeNumber } from '../words.ts';

type Row = ProviderOverview & { circuit: CircuitEntry | null };

const exported: readonly (readonly [name: string, of: (row: Row) => Cell])[] = [
  ['provider', ({ provider }) => provider],
  ['up_share', ({ uptime }) => uptime.providerShare],
  ['callers_answered_share', ({ uptime }) => uptime.callersShare],
  ['most_carried_per_second', ({ mostCarriedPerSecond }) => mostCarriedPerSecond],
  ['limit_left', ({ circuit }) => circuit?.headroom?.left ?? null],
  ['limit_of', ({ circuit }) => circuit?.headroom?.limit ?? null],
  ['limit_counts', ({ circuit }) => circuit?.headroom?.counts ?? null],
  ['limit_calls_a_minute', ({ circuit }) => circuit?.headroom?.callsAMinute ?? null],
  ['spent_until', ({ circuit }) => isoOf(circuit?.spentUntil ?? null)],
  ['allowed_in_flight', ({ circuit }) => circuit?.allowed ?? null],
  ['standby_check_at', ({ standby }) => standby && new Date(standby.at).toISOString()],
  ['standby_check_ok', ({ standby }) => standby?.ok ?? null],
  ['standby_check_word', ({ standby }) => standby?.word ?? null],
  ['standby_check_ms', ({ standby }) => standby?.ms ?? null],
  ['standby_check_cost_nano_usd', ({ standby }) => standby?.costNanoUsd ?? null],
];

interface TruthsProps {
  providers: ProviderOverview[];
  circuits: ReadonlyMap<string, CircuitEntry>;
}

/** How each provider did beside what callers saw of it, and what is known of those that stand by. */
export function LiveTruths({ providers, circuits }: TruthsProps) {
  const rows = providers.map((overview) => ({ ...overview, circuit: circuits.get(overview.provider) ?? null }));
  return (
    <Panel
      title="Two truths"
      note="the provider’s own, and what callers saw · last 60 minutes"
      actions={
        <ExportButtons name="two-truths" columns={exported} read={() => Promise.resolve({ rows, next: null })} />
      }
    >
      <div className="truths-room">
        <table className="truths">
          <thead>
            <tr>
              <th scope="col">provider</th>
              <th scope="col">it was up</th>
              <th scope="col">callers were answered</th>
              <th scope="col">most carried</th>
              <th scope="col">rate limit</th>
              <th scope="col">last standby check</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((overview) => (
              <tr key={overview.provider}>
                <th scope="row">
                  <ProviderLink name={overview.provider} />
                </th>
                <td data-label="it was up">
                  <Share share={overview.uptime.providerShare} color="var(--flow)" />
                </td>
                <td data-label="callers were answered">
                  <Share share={overview.uptime.callersShare} color="var(--closed)" />
                </td>
                <td data-label="most carried" className="tabular">
                  {overview.mostCarriedPerSecond.toFixed(1)}/s
                </td>

                <td data-label="rate limit" className="muted">
                  <RateLimit circuit={overview.circuit} />
                </td>
                <td data-label="last standby check" className="muted">
                  <StandbyCheck standby={overview.standby} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Share({ share, color }: { share: number | null; color: string }) {
  if (share === null) return <span className="muted">– nobody asked</span>;
  return (
    <span className="share">
      <span className="tabular">{percent(share)}</span>
      <svg width="64" height="6" viewBox="0 0 64 6" aria-hidden="true">
        <rect width="64" height="6" rx="3" fill="var(--line)" />
        <rect width={64 * share} height="6" rx="3" fill={color} />
      </svg>
    </span>
  );
}

function isoOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

const counted: Record<NonNullable<CircuitEntry['headroom']>['counts'], string> = {
  requests: 'requests',
  tokens: 'tokens',
  answerTokens: 'answer tokens',
};

/** What it says is left of its tightest limit: what the line below each chain, and the preview of a trip, count with. */
function RateLimit({ circuit }: { circuit: CircuitEntry | null }) {
  if (!circuit) return <>–</>;
  const { headroom, spentUntil } = circuit;
  if (spentUntil !== null)
    return (
      <CheckWord ok={false}>
        used up until <TimeText at={spentUntil} />
      </CheckWord>
    );
  if (!headroom) return <>– not told</>;
  const { left, limit, counts } = headroom;
  return (
    <span className="tabular">
      {wholeNumber(left)} {limit !== null && `of ${wholeNumber(limit)} `}
      {counted[counts]} left
    </span>
  );
}

function StandbyCheck({ standby }: { standby: ProviderOverview['standby'] }) {
  if (!standby) return <>– none made</>;
  const { at, ok, word, ms, costNanoUsd } = standby;
  return (
    <span>
      <CheckWord ok={ok}>{ok ? 'answered' : `failed: ${word}`}</CheckWord> <Age since={at} /> ago · {showMs(ms)} ·{' '}
      <Money nanoUsd={costNanoUsd} />
    </span>
  );
}
