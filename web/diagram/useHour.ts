import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Hour } from '../../server/core/overview.ts';
import { hourQuery } from '../api.ts';
import { errorSentence } from '../errors.ts';
import { useLive } from '../live/useLive.ts';
import { patchHour } from './strip.ts';

/** A few times a minute, so that the last one is seen to grow. */
const againMs = 20_000;

export interface HourView {
  /** As it was read last, for charts; null: not yet. */
  read: Hour | null;
  /** With what circuits have become since. */
  patched: Hour | null;
  problem: string | null;
}

/** The last hour by minutes: read a few times a minute, and patched by what circuits become. */
export function useHour(): HourView {
  const { circuits, overview, serverNow } = useLive();
  const { data, error } = useQuery({ ...hourQuery, refetchInterval: againMs });
  const patched = useMemo(() => {
    if (!data) return null;
    const rates = new Map(overview?.providers.map(({ provider, attemptsPerSecond }) => [provider, attemptsPerSecond]));
    return patchHour(data, { now: serverNow(), circuits, rates });
  }, [data, circuits, overview, serverNow]);
  return { read: data ?? null, patched, problem: error ? errorSentence(error) : null };
}
