import { useKeys } from '../keys.ts';

interface RowKeys {
  /** Ids of the rows, as they stand. */
  ids: readonly string[];
  selected: string | undefined;
  open: (id: string) => void;
  close: () => void;
}

/** A list by the keyboard: `j` and `k` go from row to row, Enter into the one that is open, `/` to the filters, Esc back. */
export function useRowKeys({ ids, selected, open, close }: RowKeys): void {
  const go = (by: number) => {
    const at = selected === undefined ? -1 : ids.indexOf(selected);
    const next = ids[at === -1 ? 0 : at + by];
    if (next !== undefined) open(next);
  };
  useKeys({
    j: () => go(1),
    k: () => go(-1),
    '/': () => document.querySelector<HTMLElement>('.filters select')?.focus(),
    enter: () => (selected === undefined ? go(1) : document.querySelector<HTMLElement>('.explain h2')?.focus()),
    escape: close,
  });
}
