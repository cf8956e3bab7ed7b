import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { CircuitEntry } from '../../server/core/circuit/types.ts';
import { client } from '../api.ts';
import { errorSentence, isConflict } from '../errors.ts';
import { useLive } from '../live/useLive.ts';

/** How long after the answer the event may take before the answer alone counts. */
const eventWithinMs = 3_000;

/** What is asked of the server: an intent, never a toggle. The epoch is put to it here. */
export type Intent =
  | { type: 'trip'; reason: string; for: string | null }
  | { type: 'hold'; reason: string; for: string }
  | { type: 'reset'; reason: string; to: 'closed' | 'halfOpen' }
  | { type: 'release'; reason: string };

export type Acted = CircuitEntry & { durable: boolean };

/** Does it, with the epoch the operator was looking at. */
export function perform(intent: Intent, { provider, epoch }: { provider: string; epoch: number }): Promise<Acted> {
  const { reason } = intent;
  const aimed = { provider, epoch, reason };
  switch (intent.type) {
    case 'trip':
      return client.circuits.trip.mutate(intent.for === null ? aimed : { ...aimed, for: intent.for });
    case 'hold':
      return client.circuits.hold.mutate({ ...aimed, for: intent.for });
    case 'reset':
      return client.circuits.reset.mutate({ ...aimed, to: intent.to });
    case 'release':
      return client.circuits.release.mutate(aimed);
  }
}

export interface ActView {
  /** The circuit as it is known now. */
  entry: CircuitEntry;
  /** It is no longer what the operator was looking at: as it is now. */
  moved: CircuitEntry | null;
  /** Looks at it as it is now, and goes on. */
  goOn(): void;
  act(intent: Intent): void;
  /** After an act of another kind that moved it by the operator's own hand. */
  sawEpoch(epoch: number): void;
  working: boolean;
  /** The server's sentence, or null. */
  problem: string | null;
  /** Done, confirmed by the event, but not on disk: stays to be read. */
  notDurable: boolean;
}

/**
 * One act on one circuit: sent with the epoch of what was shown when the dialog opened, and done when the event has come.
 * `onDone` is called once, with the circuit after it, if it is on disk.
 */
export function useAct(opened: CircuitEntry, onDone: (acted: Acted) => void): ActView {
  const { circuits, status } = useLive();
  const live = circuits.find(({ provider }) => provider === opened.provider) ?? opened;
  const [seen, setSeen] = useState(opened.epoch);
  const mutation = useMutation({
    mutationFn: (intent: Intent) => perform(intent, { provider: opened.provider, epoch: seen }),
  });
  const acted = mutation.data ?? null;
  const late = useLate(acted !== null);
  const confirmed = acted !== null && (live.epoch >= acted.epoch || status !== 'live' || late);
  const finish = useRef(onDone);
  finish.current = onDone;
  useEffect(() => {
    if (confirmed && acted?.durable) finish.current(acted);
  }, [confirmed, acted]);
  const refused = isConflict(mutation.error);
  // While it is under way, the event of one's own act may come before its answer.
  const changed = mutation.isIdle && live.epoch > seen ? live : null;
  const moved = refused ? newer(refused, live) : changed;
  return {
    entry: live,
    moved,
    goOn: () => {
      if (moved) setSeen(moved.epoch);
      mutation.reset();
    },
    act: (intent) => mutation.mutate(intent),
    sawEpoch: setSeen,
    working: mutation.isPending || (acted !== null && !confirmed),
    problem: mutation.error && !refused ? errorSentence(mutation.error) : null,
    notDurable: confirmed && !acted.durable,
  };
}

function newer(one: CircuitEntry, other: CircuitEntry): CircuitEntry {
  return other.epoch > one.epoch ? other : one;
}

/** True a while after `waiting` began. */
function useLate(waiting: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setLate(true), eventWithinMs);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [waiting]);
  return late;
}
