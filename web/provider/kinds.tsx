import { Box } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { ProviderPage } from '../../server/core/providerPage.ts';
import '../charts/charts.css';
import { NoDrawing } from '../charts/noDrawing.tsx';
import type { Cell } from '../exports.ts';
import { kindWords } from '../requests/filter.ts';
import { showAge } from '../time.ts';
import { SavedTable } from '../ui/savedTable.tsx';
import { percent, wholeNumber } from '../words.ts';
import { Charted } from './charted.tsx';
import { failedBy, kindSeries } from './kindSeries.ts';
import type { Band } from './kindsDrawing.tsx';
import { type StepColumn, StepTable } from './stepTable.tsx';

/** The drawing is large and late: the page stands without it. */
const KindsDrawing = lazy(() => import('./kindsDrawing.tsx').catch(() => ({ default: NoDrawing })));

const title = 'What went wrong';

interface Kind {
  kind: string;
  what: 'failed' | 'not tried';
  count: number;
}

const exported: readonly (readonly [string, (row: Kind) => Cell])[] = [
  ['what', ({ what }) => what],
  ['kind', ({ kind }) => kind],
  ['count', ({ count }) => count],
];

/** What went wrong by kind and time, and why it was passed over. */
export function Kinds({ page, name }: { page: ProviderPage; name: string }) {
  const { points, totals, stepMs } = page;
  const { kinds, others } = kindSeries(points);
  const named = kinds.map((kind) => ({ label: kindWord(kind), kinds: [kind] }));
  const all = others.length > 0 ? [...named, { label: 'others', kinds: others }] : named;
  const bands = all.map((band, place): Band => ({ ...band, color: `var(--band-${place + 1})` }));
  return (
    <Charted
      title={title}
      note={`failed calls, ${showAge(stepMs)} a bar, by kind`}
      nothing={totals.failed === 0 ? 'Nothing failed in this time.' : null}
      chart={
        <figure className="chart">
          <figcaption>
            {bands.map(({ label, color }) => (
              <span key={label} className="chart-key">
                <i style={{ background: color }} />
                {label}
              </span>
            ))}
          </figcaption>
          <div className="chart-room chart-low">
            <Suspense fallback={null}>
              <KindsDrawing points={points} from={page.from} now={page.now} stepMs={stepMs} bands={bands} />
            </Suspense>
          </div>
        </figure>
      }
      table={<StepTable title={title} file={`${name}-failures`} page={page} columns={columnsOf(bands)} />}
    >
      <Sums page={page} name={name} />
    </Charted>
  );
}

function columnsOf(bands: readonly Band[]): StepColumn[] {
  const counted = (value: number | null) => wholeNumber(value ?? 0);
  return [
    { label: 'calls', name: 'attempts', of: ({ attempts }) => attempts, shown: counted },
    { label: 'failed', name: 'failed', of: ({ failed }) => failed, shown: counted },
    ...bands.map(({ label, kinds }): StepColumn => {
      return { label, name: kinds.join(' '), of: (point) => failedBy(point, kinds), shown: counted };
    }),
    { label: 'not tried', name: 'skipped', of: ({ skipped }) => skipped, shown: counted },
  ];
}

/** The same of the whole time; each leads to its requests. */
function Sums({ page: { totals, from, to }, name }: { page: ProviderPage; name: string }) {
  const of = (what: Kind['what'], counts: Readonly<Record<string, number>>): Kind[] =>
    Object.entries(counts).map(([kind, count]) => ({ kind, what, count }));
  const kinds = [...of('failed', totals.failures), ...of('not tried', totals.skips)];
  kinds.sort((one, other) => one.what.localeCompare(other.what) || other.count - one.count);
  if (kinds.length === 0) return null;
  return (
    <>
      <div className="chart-exports">
        <SavedTable name={`${name}-kinds`} columns={exported} rows={kinds} />
      </div>
      <Box component="section" className="chart-table" aria-label="Failures and skips by kind" tabIndex={0}>
        <table>
          <tbody>
            {kinds.map(({ kind, what, count }) => (
              <tr key={`${what} ${kind}`}>
                <th scope="row">
                  <Link to="/requests" search={{ provider: name, kind, from: Math.floor(from), to: Math.ceil(to) }}>
                    {kindWord(kind)}
                  </Link>
                </th>
                <td className="muted words">{what}</td>
                <td>{wholeNumber(count)}</td>
                <td>
                  {what === 'failed' && totals.attempts > 0 ? `${percent(count / totals.attempts)} of its calls` : ''}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Box>
    </>
  );
}

/** Why it was not tried stands in a column of its own. */
function kindWord(kind: string): string {
  const words: Readonly<Record<string, string>> = kindWords;
  return (words[kind] ?? kind).replace(/^skipped: /, '');
}
