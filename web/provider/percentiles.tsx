import { lazy, Suspense } from 'react';
import type { ProviderPage } from '../../server/core/providerPage.ts';
import '../charts/charts.css';
import { NoDrawing } from '../charts/noDrawing.tsx';
import { showMs } from '../time.ts';
import { wholeNumber } from '../words.ts';
import { Charted } from './charted.tsx';
import { lines } from './percentileLines.ts';
import { type StepColumn, StepTable } from './stepTable.tsx';

/** The drawing is large and late: the page stands without it. */
const PercentilesDrawing = lazy(() => import('./percentilesDrawing.tsx').catch(() => ({ default: NoDrawing })));

const title = 'How long it took';
const counted = (value: number | null) => wholeNumber(value ?? 0);
const columns: readonly StepColumn[] = [
  { label: 'calls', name: 'attempts', of: ({ attempts }) => attempts, shown: counted },
  { label: 'first tokens', name: 'first_tokens', of: ({ firstToken }) => firstToken.of, shown: counted },
  { label: 'whole answers', name: 'answers', of: ({ answer }) => answer.of, shown: counted },
  ...lines.map(({ name, label, of }) => ({ name, label, of, shown: showMs })),
];

/** How long answers took, over the time that is shown, with the table behind it. */
export function Percentiles({ page, name }: { page: ProviderPage; name: string }) {
  const { points } = page;
  const any = points.some(({ firstToken, answer }) => firstToken.of + answer.of > 0);
  return (
    <Charted
      title={title}
      note="seconds; half of its answers, and all but one in twenty, were no slower"
      nothing={any ? null : 'It has given no answer in this time: nothing is known.'}
      chart={
        <figure className="chart">
          <figcaption>
            {lines.map(({ name: line, label, color, dashed }) => (
              <span key={line} className="chart-key">
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
      }
      table={<StepTable title={title} file={`${name}-latency`} page={page} columns={columns} />}
    />
  );
}
