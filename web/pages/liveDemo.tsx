import type { Overview } from '../../server/core/overview.ts';

/** Nobody may take the demo for the truth. The sentence says what comes next, and is told anew each second. */
export function LiveDemo({ demo }: { demo: NonNullable<Overview['demo']> }) {
  return (
    <p className="demo-notice">
      <b>Demo</b> {demo.sentence}
    </p>
  );
}
