import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { AskFor } from '../diagram/row.tsx';
import { useKeys } from '../keys.ts';

/** The selected row is in the address, so that a copied link points at it. */
export interface LiveSearch {
  row?: string | undefined;
}

export function readLiveSearch({ row }: Record<string, unknown>): LiveSearch {
  return typeof row === 'string' ? { row } : {};
}

/** `j` and `k` choose a row, `t` and `r` open its dialogs; without a row chosen they take the first. Returns the chosen one. */
export function useRowKeys(order: string[], ask: AskFor): string | null {
  const row = useSearch({ from: '/' }).row;
  const navigate = useNavigate({ from: '/' });
  const selected = row !== undefined && order.includes(row) ? row : null;
  const select = (next: string | undefined) =>
    void navigate({
      search: (before) => ({ ...before, row: next }),
      replace: true,
      resetScroll: false,
    });
  const deselect = () => select(undefined);
  const step = (by: number) => {
    const at = selected === null ? (by > 0 ? -1 : order.length) : order.indexOf(selected);
    select(order[Math.min(order.length - 1, Math.max(0, at + by))]);
  };
  const on = (act: Parameters<AskFor>[0]) => {
    const provider = selected ?? order[0];
    if (provider !== undefined) ask(act, provider);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    t: () => on('trip'),
    r: () => on('reset'),
    Escape: deselect,
  });
  useEffect(() => {
    if (selected === null) return;
    document.querySelector(`[data-provider="${CSS.escape(selected)}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  return selected;
}
