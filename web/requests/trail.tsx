import { Fragment } from 'react';
import type { RequestRow } from '../../server/core/records.ts';
import { showMs } from '../time.ts';
import { StateMark } from '../ui/state.tsx';
import { trailWord } from '../words.ts';

type Step = RequestRow['attempts'][number];

/** The steps of a request in a line: `deepseek-v3 503 0.4 s → llama-3.3-70b · open → qwen-72b 1.9 s`. */
export function Trail({ attempts }: Pick<RequestRow, 'attempts'>) {
  return (
    <span className="trail">
      {attempts.map((step, index) => (
        <Fragment key={step.ordinal}>
          {index > 0 && (
            <span className="trail-arrow" aria-hidden="true">
              →
            </span>
          )}
          <TrailStep step={step} />
        </Fragment>
      ))}
      {attempts.length === 0 && <span className="muted">nobody was asked</span>}
    </span>
  );
}

function TrailStep({ step }: { step: Step }) {
  const { provider, outcome, word, firstTokenMs, durationMs, permit } = step;
  if (outcome === 'skipped') {
    return (
      <span className="trail-step trail-skipped">
        {provider} · {trailWord(word)}
      </span>
    );
  }
  const ms = outcome === 'succeeded' ? (firstTokenMs ?? durationMs) : durationMs;
  const said = outcome === 'succeeded' ? '' : `${trailWord(word)} `;
  return (
    <span className={`trail-step trail-${outcome}`}>
      {provider} {permit === 'probe' && <StateMark state="halfOpen" size={9} label="probe" />}{' '}
      {permit === 'forced' && 'last one standing '}
      {said}
      {showMs(ms)}
    </span>
  );
}
