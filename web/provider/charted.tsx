import { type ReactNode, useState } from 'react';
import { ZoneWord } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { usePrinting } from '../ui/usePrinting.ts';

interface ChartedProps {
  title: string;
  note: ReactNode;
  /** What there is to say instead of both; null: something to draw. */
  nothing: string | null;
  chart: ReactNode;
  table: ReactNode;
  /** Below either. */
  children?: ReactNode;
}

/** A chart, and the table behind it; on paper both. */
export function Charted({ title, note, nothing, chart, table, children }: ChartedProps) {
  const [asTable, setAsTable] = useState(false);
  const isPrinting = usePrinting();
  return (
    <Panel
      title={title}
      note={
        <>
          {note} · <ZoneWord />
        </>
      }
      actions={
        nothing === null && (
          <button
            type="button"
            className="button"
            aria-pressed={asTable}
            aria-label={`${title}: ${asTable ? 'chart' : 'table'}`}
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? 'Chart' : 'Table'}
          </button>
        )
      }
    >
      {nothing !== null && <p className="provider-none muted">{nothing}</p>}
      {nothing === null && !asTable && chart}
      {nothing === null && (asTable || isPrinting) && table}
      {children}
    </Panel>
  );
}
