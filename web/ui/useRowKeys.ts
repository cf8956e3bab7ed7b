import { useEffect } from 'react';
import { useKeys } from '../keys.ts';

interface RowKeys {
  /** Ids of the rows, as they stand. */
  ids: readonly string[];
  selected: string | undefined;
  select: (id: string) => void;
  /** Goes into the one that is chosen. */
  enter: (id: string) => void;
  leave: () => void;
}

/** A list by the keyboard: `j` and `k` go from row to row, Enter into the one that is chosen, Esc back. */
export function useRowKeys({ ids, selected, select, enter, leave }: RowKeys): void {
  const go = (by: number) => {
    const at = selected === undefined ? -1 : ids.indexOf(selected);
    const next = ids[at === -1 ? 0 : at + by];
    if (next !== undefined) select(next);
  };
  useKeys({
    j: () => go(1),
    k: () => go(-1),
    enter: () => (selected === undefined ? go(1) : enter(selected)),
    escape: leave,
  });
}

/** Where a chosen row opens beside the list: Enter goes to what is said of it. */
export function focusExplained(): void {
  document.querySelector<HTMLElement>('.explain h2')?.focus();
}

/** The row that the keyboard has come to is in sight. `selector`: of that row. */
export function useInSight(selector: string | null): void {
  useEffect(() => {
    if (selector !== null) document.querySelector(selector)?.scrollIntoView({ block: 'nearest' });
  }, [selector]);
}
