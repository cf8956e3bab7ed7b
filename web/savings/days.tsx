import { lazy, Suspense, useState } from 'react';
import '../charts/charts.css';
import type { SavingsSummary } from '../../server/core/savings/summary.ts';
import { NoDrawing } from '../charts/noDrawing.tsx';
import { day } from '../time.ts';
import { Panel } from '../ui/panel.tsx';
import { usePrinting } from '../ui/usePrinting.ts';
import { useZone } from '../zone.tsx';
import { Groups, SavedGroups } from './groups.tsx';
import { knownOf } from './words.ts';

/** The drawing is large and late: the page stands without it. */
const DaysDrawing = lazy(() => import('./daysDrawing.tsx').catch(() => ({ default: NoDrawing })));

export interface DayBar {
  day: string;
  /** The net from its low to its high; null: nothing was counted on that day, or its money is not known. */
  dollars: [low: number, high: number] | null;
  /** False: the time begins or ends within it. */
  whole: boolean;
}

/** The range of the net, day by day, with the table behind it. */
export function Days({ summary }: { summary: SavingsSummary }) {
  const zone = useZone();
  const [asTable, setAsTable] = useState(false);
  const isPrinting = usePrinting();
  const { days, from, to } = summary;
  const parts = [day(from, zone), day(to - 1, zone)];
  const bars = days.map(({ day: name, figures }): DayBar => {
    const { net, skips, probes } = figures;
    const isCounted = skips + probes.probes > 0 && knownOf(figures).net;
    return {
      ...{ day: name, whole: !parts.includes(name) },
      dollars: isCounted ? [net.low / 1e9, net.high / 1e9] : null,
    };
  });
  const rows = days.toReversed().map(({ day: name, figures }) => ({
    ...{ key: name, figures },
    label: `${name}${parts.includes(name) ? ' …' : ''}`,
  }));
  return (
    <Panel
      title="Day by day"
      note="range of the net, US dollars · bar from low to high · hatched: not a whole day"
      actions={
        <button type="button" className="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Chart' : 'Table'}
        </button>
      }
    >
      {(asTable || isPrinting) && (
        <>
          <div className="chart-exports">
            <SavedGroups name="savings-days" head="day" rows={rows} />
          </div>
          <Groups label="Day by day, as a table" head="day" rows={rows} />
        </>
      )}
      {!asTable && (
        <figure className="chart" aria-label="The range of the net of each day; as a table by the button above">
          <div className="chart-room">
            <Suspense fallback={null}>
              <DaysDrawing bars={bars} />
            </Suspense>
          </div>
        </figure>
      )}
    </Panel>
  );
}
