import { Breaker } from './breaker.tsx';
import type { ChainLayout, LineLayout } from './geometry.ts';

/** One line of the diagram: its piece of the busbar, the line, and the breaker in it. */
export function Line({ line }: { line: LineLayout }) {
  return (
    <div className="line">
      <span className={`bus bus-${line.bus}`} />
      <Wire className={`wire-${line.flow}`} width={line.width} dashed={line.flow === 'dead'} />
      <span className="rate tabular">{rateText(line.rate)}</span>
      <Breaker mark={line.mark} provider={line.provider} />
    </div>
  );
}

/** Where callers come in. `place` is the row this stands in. */
export function Callers({ callers, place }: { callers: ChainLayout['callers']; place: number }) {
  if (place !== callers.row) return <div className="callers" />;
  return (
    <div className={`callers ${callers.between ? 'callers-between' : ''}`}>
      <p>
        <b>callers</b>
        <span className="muted tabular">{rateText(callers.rate)}</span>
      </p>
      <Wire className={callers.rate ? 'wire-flowing' : 'wire-idle'} width={callers.width} dashed={false} />
    </div>
  );
}

function Wire({ className, width, dashed }: { className: string; width: number; dashed: boolean }) {
  return (
    <svg className={`wire ${className}`} aria-hidden="true">
      <line x1="0" x2="100%" y1="50%" y2="50%" strokeWidth={width} strokeDasharray={dashed ? '2 6' : undefined} />
    </svg>
  );
}

/** `40.6/s`; what is not known is no number. */
function rateText(rate: number | null): string {
  if (rate === null) return '–';
  return `${rate < 100 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en-US')}/s`;
}
