import { useNavigate, useSearch } from '@tanstack/react-router';
import type { AskFor } from '../diagram/row.tsx';
import { useKeys } from '../keys.ts';
import { useInSight, useRowKeys } from '../ui/useRowKeys.ts';

/** The selected row is in the address, so that a copied link points at it. */
export interface LiveSearch {
  row?: string | undefined;
}

export function readLiveSearch({ row }: Record<string, unknown>): LiveSearch {
  return typeof row === 'string' ? { row } : {};
}

/** The keys of a list, Enter to the page of the provider; `t` and `r` open its dialogs, without a row chosen those of the first. Returns the chosen one. */
export function useLiveKeys(order: string[], ask: AskFor): string | null {
  const row = useSearch({ from: '/' }).row;
  const navigate = useNavigate({ from: '/' });
  const selected = row !== undefined && order.includes(row) ? row : undefined;
  const select = (next: string | undefined) =>
    void navigate({
      search: (before) => ({ ...before, row: next }),
      replace: true,
      resetScroll: false,
    });
  const on = (act: Parameters<AskFor>[0]) => {
    const provider = selected ?? order[0];
    if (provider !== undefined) ask(act, provider);
  };
  useRowKeys({
    ids: order,
    selected,
    select,
    enter: (name) => void navigate({ to: '/providers/$name', params: { name } }),
    leave: () => select(undefined),
  });
  useKeys({ t: () => on('trip'), r: () => on('reset') });
  useInSight(selected === undefined ? null : `[data-provider="${CSS.escape(selected)}"]`);
  return selected ?? null;
}
