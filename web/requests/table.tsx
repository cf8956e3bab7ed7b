import { Link } from '@tanstack/react-router';
import { memo, useEffect, useRef } from 'react';
import type { RequestRow } from '../../server/core/records.ts';
import { showMs } from '../time.ts';
import { Money, TimeText, ZoneWord } from '../ui/figures.tsx';
import { outcomeWords } from './filter.ts';
import { Trail } from './trail.tsx';

interface TableProps {
  rows: RequestRow[];
  selected: string | undefined;
  /** Told when the pointer comes over the rows, and when it leaves. */
  setPointer: (over: boolean) => void;
}

export function RequestTable({ rows, selected, setPointer }: TableProps) {
  return (
    <table className="requests-table">
      <thead>
        <tr>
          <th>
            time, <ZoneWord at={rows[0]?.startedAt} />
          </th>
          <th>asked for</th>
          <th>trail</th>
          <th className="right">first token</th>
          <th className="right">whole</th>
          <th className="right">cost</th>
        </tr>
      </thead>
      <tbody onPointerEnter={() => setPointer(true)} onPointerLeave={() => setPointer(false)}>
        {rows.map((row) => (
          <Row key={row.id} row={row} isSelected={row.id === selected} />
        ))}
      </tbody>
    </table>
  );
}

/** Its time is the link, and reaches over the whole row. */
const Row = memo(function Row({ row, isSelected }: { row: RequestRow; isSelected: boolean }) {
  const { id, startedAt, chain, attempts, outcome, firstTokenMs, durationMs, costNanoUsd, costEstimated } = row;
  const line = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isSelected) line.current?.scrollIntoView({ block: 'nearest' });
  }, [isSelected]);
  return (
    <tr ref={line} data-id={id} className={isSelected ? 'selected' : undefined} aria-selected={isSelected}>
      <td className="cell-time">
        <Link to="/requests/$id" params={{ id }} search>
          <TimeText at={startedAt} millis bare />
        </Link>
      </td>
      <td className="cell-chain">{chain}</td>
      <td className="cell-trail">
        <Trail attempts={attempts} />
        {outcome !== 'succeeded' && <span className={`outcome outcome-${outcome}`}>{outcomeWords[outcome]}</span>}
      </td>
      <td className="right cell-first">{showMs(firstTokenMs)}</td>
      <td className="right cell-whole">{showMs(durationMs)}</td>
      <td className="right cell-cost">
        <Money nanoUsd={costNanoUsd} estimated={costEstimated} />
      </td>
    </tr>
  );
});
