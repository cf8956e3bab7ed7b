import type { CircuitEvent, TransitionCause } from '../../server/core/circuit/types.ts';

/** A sentence in which names stand out. */
export type Said = (string | { name: string })[];

/** What a transition was, for people. */
export function eventWords(event: CircuitEvent): Said {
  const meanwhile = event.to === 'heldClosed' || event.to === 'tripped' ? beneath[event.cause] : undefined;
  return [...sentences[event.cause](event), meanwhile ?? '.'];
}

/** The same as plain text. */
export function eventText(event: CircuitEvent): string {
  return eventWords(event)
    .map((part) => (typeof part === 'string' ? part : part.name))
    .join('');
}

/** What the machine learned beneath an override shows only when that ends. */
const beneathAnOverride = ', beneath what an operator laid over it.';
const beneath: Partial<Record<TransitionCause, string>> = {
  failures: beneathAnOverride,
  timeouts: beneathAnOverride,
  rate: beneathAnOverride,
  throttled: beneathAnOverride,
  credentials: beneathAnOverride,
  balance: beneathAnOverride,
  model: beneathAnOverride,
  cooldown: beneathAnOverride,
  probe: beneathAnOverride,
  forced: beneathAnOverride,
  recheck: beneathAnOverride,
};

type Sentence = (event: CircuitEvent) => Said;

function opened(why: string | ((event: CircuitEvent) => string)): Sentence {
  return (event) => [{ name: event.provider }, ` opened: ${typeof why === 'string' ? why : why(event)}`];
}

function counted(noun: string): (event: CircuitEvent) => string {
  return ({ evidence: { length } }) => `${length > 0 ? `${length} ` : ''}${noun}${length === 1 ? '' : 's'} in a row`;
}

function byOperator(before: string, after: string): Sentence {
  return ({ by, provider, reason }) => [
    { name: by },
    ` ${before} `,
    { name: provider },
    `${after}${reason ? `: “${reason}”` : ''}`,
  ];
}

const sentences: Record<TransitionCause, Sentence> = {
  failures: opened(counted('failure')),
  timeouts: opened(counted('time-out')),
  rate: opened('too large a share of its calls failed'),
  throttled: opened('it asked us to slow down (429)'),
  credentials: opened('it refused our key: ours to mend'),
  balance: opened('the balance is used up: ours to mend'),
  model: opened('it does not know the model: ours to mend'),
  cooldown: ({ provider }) => [{ name: provider }, ' is half-open: its time is over, and the next call tries it'],
  probe: ({ provider, automatic }) => ['Probe of ', { name: provider }, probeEnds[automatic]],
  forced: ({ provider }) => [{ name: provider }, ' was tried as the last one standing, and answered'],
  recheck: ({ provider }) => [{ name: provider }, ' answered when asked in the background'],
  trip: byOperator('tripped', ''),
  hold: byOperator('held', ' closed'),
  reset: (event) => byOperator('reset', event.automatic === 'halfOpen' ? ' to half-open' : ' to closed')(event),
  release: byOperator('released', ''),
  expired: ({ provider, by }) => ['What ', { name: by }, ' laid over ', { name: provider }, ' came to its end'],
  removed: ({ provider }) => [{ name: provider }, ' has left the config: nobody will ask whether it is back'],
};

const probeEnds: Record<CircuitEvent['automatic'], string> = {
  closed: ' was answered. Closed again',
  open: ' failed. Open again',
  halfOpen: ' was answered. More have to be before it closes',
};

/** Where its end is known: what comes then. */
export function untilWords(event: CircuitEvent): string {
  if (event.to === 'open') return 'next try';
  return event.to === 'tripped' ? 'tried again from' : 'until';
}

/** Both lists as one, newest first, each transition once. */
export function mergeEvents(live: readonly CircuitEvent[], backlog: readonly CircuitEvent[]): CircuitEvent[] {
  const all = new Map([...backlog, ...live].map((event) => [`${event.node} ${event.seq}`, event]));
  return [...all.values()].sort((one, other) => other.at - one.at || other.seq - one.seq);
}
