import type { TripPreview } from '../../server/core/overview.ts';
import { errorSentence } from '../errors.ts';
import { wholeNumber } from '../words.ts';

interface PreviewProps {
  /** Null: not counted yet. */
  preview: TripPreview | null;
  problem: unknown;
}

/** What a trip would have done to the last requests, as the server counts it with the code that routes. */
export function Preview({ preview, problem }: PreviewProps) {
  return (
    <section className="dialog-preview" aria-label="Preview" aria-live="polite">
      {preview ? (
        <Counted preview={preview} />
      ) : problem ? (
        <p className="dialog-danger">What it would do cannot be counted now: {errorSentence(problem)}</p>
      ) : (
        <p className="muted">Counting what it would have done to the last requests…</p>
      )}
    </section>
  );
}

function Counted({ preview }: { preview: TripPreview }) {
  const { sentence, moved, nobody, requests } = preview;
  return (
    <>
      <p>{sentence}</p>
      {requests > 0 && (
        <ul>
          {moved.map(({ provider, requests: count }) => (
            <Share key={provider} label={provider} count={count} of={requests} color="var(--flow)" />
          ))}
          <Share label="nobody" count={nobody} of={requests} color="var(--open)" alarm={nobody > 0} />
        </ul>
      )}
    </>
  );
}

interface ShareProps {
  label: string;
  count: number;
  of: number;
  color: string;
  alarm?: boolean;
}

function Share({ label, count, of, color, alarm = false }: ShareProps) {
  const style = alarm ? { color: 'var(--open)', fontWeight: 600 } : undefined;
  return (
    <li>
      <span style={style}>{label}</span>
      <svg width="100%" height="8" aria-hidden="true">
        <rect width="100%" height="8" rx="3" fill="var(--line)" />
        <rect width={`${(100 * count) / of}%`} height="8" rx="3" fill={color} />
      </svg>
      <span className="tabular" style={style}>
        {wholeNumber(count)}
      </span>
    </li>
  );
}
