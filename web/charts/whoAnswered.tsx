import { type ComponentType, lazy, Suspense, useState } from 'react';
import type { Hour } from '../../server/core/overview.ts';
import { ZoneWord } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { usePrinting } from '../ui/usePrinting.ts';
import { AnsweredTable } from './answeredTable.tsx';
import type { DrawingProps } from './areaDrawing.tsx';
import './charts.css';
import { NoDrawing } from './noDrawing.tsx';
import { actsOf, drawnMinutes, seriesOf, shadesOf } from './series.ts';

/** The drawing is large and late: the page stands without it. */
const AreaDrawing = lazy<ComponentType<DrawingProps>>(() =>
  import('./areaDrawing.tsx').catch(() => ({ default: NoDrawing })),
);

export interface WhoAnsweredProps {
  /** Null: not read yet. */
  hour: Hour | null;
  /** The hour could not be read; what is shown is what was read last. */
  problem: string | null;
  /** Every provider, as the chains name them. */
  order: string[];
}

/** Who gave the answers of the last hour, with the table behind it. */
export function WhoAnswered({ hour, problem, order }: WhoAnsweredProps) {
  const [asTable, setAsTable] = useState(false);
  const isPrinting = usePrinting();
  return (
    <Panel
      title="Who answered"
      note={
        <>
          last {hour && !asTable ? drawnMinutes(hour).length : 60} minutes, <ZoneWord /> ·{' '}
          {asTable ? 'requests a minute' : 'requests a second · shaded while a circuit is open'}
        </>
      }
      actions={
        <button type="button" className="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Chart' : 'Table'}
        </button>
      }
    >
      {problem !== null && <p className="chart-note">The last hour could not be read anew: {problem}</p>}
      {hour === null && <div className="chart-room" />}
      {hour !== null && !asTable && <Drawing hour={hour} order={order} />}
      {hour !== null && (asTable || isPrinting) && <AnsweredTable hour={hour} order={order} />}
    </Panel>
  );
}

function Drawing({ hour, order }: Pick<WhoAnsweredProps, 'order'> & { hour: Hour }) {
  const series = seriesOf(hour, order);
  const failed = series.points.some(({ errorsRate }) => (errorsRate ?? 0) > 0);
  if (series.bands.length === 0 && !failed) {
    return <p className="chart-room chart-empty muted">No request has been answered in this time.</p>;
  }
  return (
    <figure className="chart">
      <figcaption>
        {series.bands.map((provider, index) => (
          <Key key={provider} color={`var(--band-${index + 1})`} label={provider} />
        ))}
        {series.others.length > 0 && <Key color="var(--band-others)" label={`${series.others.length} others`} />}
        {failed && <Key color="var(--open)" label="nobody" />}
      </figcaption>
      <div className="chart-room">
        <Suspense fallback={null}>
          <AreaDrawing series={series} shades={shadesOf(hour)} acts={actsOf(hour)} />
        </Suspense>
      </div>
    </figure>
  );
}

function Key({ color, label }: { color: string; label: string }) {
  return (
    <span className="chart-key">
      <i style={{ background: color }} />
      {label}
    </span>
  );
}
