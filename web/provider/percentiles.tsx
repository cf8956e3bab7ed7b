import { Box } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { ProviderPage, ProviderPoint } from '../../server/core/providerPage.ts';
import '../charts/charts.css';
import { NoDrawing } from '../charts/noDrawing.tsx';
import type { Cell } from '../exports.ts';
import { showMs, timeOfDay, zoneName } from '../time.ts';
import { Panel } from '../ui/panel.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { wholeNumber } from '../words.ts';
import { useZone } from '../zone.tsx';
import { lines } from './percentileLines.ts';

/** The drawing is large and late: the page stands without it. */
const PercentilesDrawing = lazy(() => import('./percentilesDrawing.tsx').catch(() => ({ default: NoDrawing })));

const exported: readonly (readonly [string, (point: ProviderPoint) => Cell])[] = [
  ['from', ({ at }) => new Date(at).toISOString()],
  ['attempts', ({ attempts }) => attempts],
  ['failed', ({ failed }) => failed],
  ['skipped', ({ skipped }) => skipped],
  ['first_tokens', ({ firstTokens }) => firstTokens],
  ...lines.map(({ key }) => [key, (point: ProviderPoint) => point[key]] as const),
];

/** How long answers took, over the time that is shown, with the table behind it. */
export function Percentiles({ page, name }: { page: ProviderPage; name: string }) {
  const [asTable, setAsTable] = useState(false);
  const { points, durationsRead } = page;
  const any = points.some(({ firstTokenP50Ms, durationP50Ms }) => firstTokenP50Ms !== null || durationP50Ms !== null);
  return (
    <Panel
      title="How long it took"
      note="half of its answers, and all but one in twenty, were no slower"
      actions={
        <button type="button" className="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Chart' : 'Table'}
        </button>
      }
    >
      {!durationsRead && (
        <p className="chart-note">Too many calls to read each: only first tokens are told. Choose a shorter time.</p>
      )}
      {!any && <p className="chart-room chart-empty muted">It has given no answer in this time: nothing is known.</p>}
      {any && !asTable && (
        <figure className="chart">
          <figcaption>
            {lines.map(({ key, label, color, dashed }) => (
              <span key={key} className="chart-key">
                <svg width="18" height="8" aria-hidden="true">
                  <path d="M0 4H18" stroke={color} strokeWidth="2" strokeDasharray={dashed ? '4 3' : undefined} />
                </svg>
                {label}
              </span>
            ))}
          </figcaption>
          <div className="chart-room">
            <Suspense fallback={null}>
              <PercentilesDrawing points={points} from={page.from} now={page.now} stepMs={page.stepMs} />
            </Suspense>
          </div>
        </figure>
      )}
      {any && asTable && <PercentilesTable page={page} name={name} />}
    </Panel>
  );
}

function PercentilesTable({ page, name }: { page: ProviderPage; name: string }) {
  const zone = useZone();
  const { points, now, stepMs } = page;
  return (
    <>
      <div className="chart-exports">
        <SavedTable name={`${name}-latency`} columns={exported} rows={points} />
      </div>
      <Box component="section" className="chart-table" aria-label="How long it took, as a table" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">From, {zoneName(zone, now)}</th>
              <th scope="col">calls</th>
              <th scope="col">failed</th>
              {lines.map(({ key, label }) => (
                <th key={key} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.toReversed().map((point) => (
              <tr key={point.at}>
                <th scope="row">
                  {timeOfDay(point.at, zone).slice(0, 5)}
                  {now < point.at + stepMs ? ' …' : ''}
                </th>
                <td>{wholeNumber(point.attempts)}</td>
                <td>{wholeNumber(point.failed)}</td>
                {lines.map(({ key }) => (
                  <td key={key}>{showMs(point[key])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Box>
    </>
  );
}
