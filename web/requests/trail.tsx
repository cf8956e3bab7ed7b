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
          {index > 0 && <Between step={step} before={attempts[index - 1]} />}
          <TrailStep step={step} />
        </Fragment>
      ))}
      {attempts.length === 0 && <span className="muted">nobody was asked</span>}
    </span>
  );
}

/** How a step came after the one before it. */
function Between({ step, before }: { step: Step; before: Step | undefined }) {
  const { sign, said } = linkOf(step, before);
  return (
    <span className="trail-arrow" title={said}>
      <span aria-hidden="true">{sign}</span>
      {said && <span className="visually-hidden"> {said} </span>}
    </span>
  );
}

function linkOf(step: Step, before: Step | undefined): { sign: string; said?: string } {
  if (step.way !== null) return { sign: '⤳', said: wayWords[step.way] };
  const isBeside = step.raced !== null && before !== undefined && before.raced !== null;
  return isBeside ? { sign: '‖', said: 'side by side with' } : { sign: '→' };
}

const wayWords: Record<NonNullable<Step['way']>, string> = {
  prefill: 'broke off, and went on from its last word by',
  splice: 'broke off, and was told on by',
  discard: 'broke off, and was begun anew by',
};

function TrailStep({ step }: { step: Step }) {
  const { provider, outcome, word, firstTokenMs, durationMs, permit, way } = step;
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
      {way !== null && outcome === 'succeeded' && 'went on '}
      {showMs(ms)}
    </span>
  );
}
