import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { CircuitEntry, CircuitEvent } from '../../server/core/circuit/types.ts';
import type { Overview } from '../../server/core/overview.ts';
import { client } from '../api.ts';
import { WhoAnswered } from '../charts/whoAnswered.tsx';
import { type Command, useCommands } from '../commands.ts';
import { ChainDiagram, type DiagramProps, LooseDiagram } from '../diagram/chain.tsx';
import type { Known } from '../diagram/geometry.ts';
import type { AskFor } from '../diagram/row.tsx';
import { useHour } from '../diagram/useHour.ts';
import { ResetDialog } from '../dialogs/resetDialog.tsx';
import { Toasts } from '../dialogs/toasts.tsx';
import { TripDialog } from '../dialogs/tripDialog.tsx';
import { errorSentence } from '../errors.ts';
import { OursNote } from '../incidents/ours.tsx';
import { useLive } from '../live/useLive.ts';
import { useMayAct } from '../ui/useMayAct.ts';
import './live.css';
import { LiveDemo } from './liveDemo.tsx';
import { LiveFeed } from './liveFeed.tsx';
import { mergeEvents } from './liveFeedWords.ts';
import { useLiveKeys } from './liveKeys.ts';
import { LiveTotals } from './liveTotals.tsx';
import { LiveTruths } from './liveTruths.tsx';

/** Events read from the record when the page opens; later ones come by themselves. */
const backlogLength = 100;

interface Asked {
  act: 'trip' | 'reset';
  entry: CircuitEntry;
}

/** Every circuit as it happens, and the two things an operator does about it. */
export function LivePage() {
  const { known: heard, circuits, overview } = useLive();
  const [asked, setAsked] = useState<Asked | null>(null);
  const known = useMemo(() => knownOf(circuits, overview), [circuits, overview]);
  const order = useMemo(() => orderOf(circuits, overview), [circuits, overview]);
  const hour = useHour();
  const feed = useFeed();
  const mayAct = useMayAct();
  const ask: AskFor = (act, provider) => {
    const entry = known.circuits.get(provider);
    if (entry) setAsked({ act, entry });
  };
  const selected = useLiveKeys(order, ask);
  useCommands(() => (mayAct ? order.flatMap((provider) => commandsFor(provider, ask)) : []), [mayAct, ...order]);
  const close = () => setAsked(null);
  return (
    <>
      <h1 className="visually-hidden">Live</h1>
      <LiveTotals totals={overview?.totals ?? null} chains={overview?.chains.length ?? 0} />
      {overview?.demo && <LiveDemo demo={overview.demo} />}
      {heard && (
        <Diagrams known={known} hour={hour.patched} selected={selected} onAct={ask} overview={overview} order={order} />
      )}
      {/* Below the rows, which must not move when it comes. */}
      {overview?.ours && <OursNote ours={overview.ours} isTold={false} />}
      <div className="live-lower">
        <div>
          <WhoAnswered hour={hour.read} problem={hour.problem} order={order} />
          {overview && (
            <LiveTruths
              providers={order.flatMap((provider) => known.overviews.get(provider) ?? [])}
              circuits={known.circuits}
            />
          )}
        </div>
        <LiveFeed {...feed} />
      </div>
      {/* A key pressed before the page knows who it is for is not lost: the dialog opens when it does. */}
      {mayAct && asked?.act === 'trip' && (
        <TripDialog key={asked.entry.provider} opened={asked.entry} onClose={close} />
      )}
      {mayAct && asked?.act === 'reset' && (
        <ResetDialog key={asked.entry.provider} opened={asked.entry} onClose={close} />
      )}
      <Toasts />
    </>
  );
}

interface DiagramsProps extends DiagramProps {
  overview: Overview | null;
  order: string[];
}

/** A diagram a chain; then what stands in none. */
function Diagrams({ overview, order, ...props }: DiagramsProps) {
  const chains = overview?.chains ?? [];
  const placed = new Set(chains.flatMap(({ providers }) => providers));
  const loose = order.filter((provider) => !placed.has(provider));
  return (
    <>
      {chains.map((chain) => (
        <ChainDiagram key={chain.chain} chain={chain} {...props} />
      ))}
      {loose.length > 0 && overview && <LooseDiagram title="In no chain" providers={loose} {...props} />}
      {loose.length > 0 && !overview && (
        <LooseDiagram title="Circuits" note="their chains and traffic are not told yet" providers={loose} {...props} />
      )}
    </>
  );
}

function knownOf(circuits: CircuitEntry[], overview: Overview | null): Known {
  return {
    circuits: new Map(circuits.map((entry) => [entry.provider, entry])),
    overviews: new Map(overview?.providers.map((one) => [one.provider, one])),
  };
}

/** Every provider once, as the chains name them; then those in none. */
function orderOf(circuits: CircuitEntry[], overview: Overview | null): string[] {
  const inChains = overview?.chains.flatMap(({ providers }) => providers) ?? [];
  return [...new Set([...inChains, ...circuits.map(({ provider }) => provider)])];
}

/** The transitions heard, on top of those of the record. */
function useFeed(): { events: CircuitEvent[]; problem: string | null } {
  const { events: heard, eventsSince, known } = useLive();
  const { data, error } = useQuery({
    // A fresh snapshot may have left some out: they are in the record.
    queryKey: ['feed', eventsSince],
    queryFn: ({ signal }) => client.events.list.query({ limit: backlogLength }, { signal }),
    placeholderData: (before) => before,
    enabled: known,
  });
  const events = useMemo(() => mergeEvents(heard, data?.rows ?? []), [heard, data]);
  return { events, problem: error ? errorSentence(error) : null };
}

function commandsFor(provider: string, ask: AskFor): Command[] {
  return [
    { label: `Trip ${provider}…`, run: () => ask('trip', provider) },
    { label: `Reset ${provider}…`, run: () => ask('reset', provider) },
  ];
}
