import type { Overview } from '../../server/core/overview.ts';
import { Countdown } from '../ui/figures.tsx';

/** Nobody may take the demo for the truth. */
export function LiveDemo({ demo }: { demo: NonNullable<Overview['demo']> }) {
  return (
    <p className="demo-notice">
      <b>These providers are simulated.</b> <span>{demo.sentence}</span>
      {demo.nextOutageAt !== null && (
        <span className="muted">
          next outage in <Countdown until={demo.nextOutageAt} />
        </span>
      )}
    </p>
  );
}
