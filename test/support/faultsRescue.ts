import type { PrefillSettings } from '../../server/core/settings.ts';
import type { FaultCall, FaultProvider, Play } from './faultsProvider.ts';
import { eventOf, eventsOf, framesOf, headOf, type Said, says, textOf } from './faultsSaid.ts';

export const trailing: PrefillSettings = { message: {}, body: {}, baseUrl: null };

/** Says so many events of an answer, and then breaks. */
export function breaks(said: Said, events: number, strike: Play): FaultProvider {
  return {
    says: () => [said],
    play: async (wire, call) => {
      wire.open();
      wire.chunks(...eventsOf(said).slice(0, events));
      await strike(wire, call);
    },
  };
}

/** Goes on with a begun answer in these pieces; asked afresh it says its own. */
export function goesOn(own: Said, pieces: string[], how: { finish?: string; events?: number } = {}): FaultProvider {
  const { finish = 'stop', events } = how;
  const rest = says(own.by, pieces, finish);
  return {
    says: ({ begun }) => (begun === null ? [own] : [{ ...rest, deltas: [{ content: begun + textOf(rest) }] }]),
    play: async (wire, call) => {
      const all = eventsOf(call.begun === null ? own : rest);
      wire.open();
      wire.chunks(...all.slice(0, events));
      if (events === undefined) wire.end();
      else await wire.close();
    },
  };
}

/** Does one thing to a call that is to go on with a begun answer, and says its own to any other. */
export function toBegun(play: FaultProvider['play'], own: Said, offered?: (call: FaultCall) => Said[]): FaultProvider {
  return {
    says: (call) => (call.begun === null ? [own] : (offered?.(call) ?? [])),
    play: (wire, call) => {
      if (call.begun !== null) return play(wire, call);
      wire.open();
      wire.chunks(...eventsOf(own));
      wire.end();
    },
  };
}

/** The bytes of what `by` adds to an answer that `a` began. */
export function added(by: string, pieces: string[], finish: string | null = 'stop'): string {
  const { object, model } = headOf(by);
  const { id, created } = headOf('a');
  const chunk = (delta: object, reason: string | null) =>
    eventOf({ id, object, model, created, choices: [{ index: 0, delta, finish_reason: reason }] });
  const texts = pieces.map((content) => chunk({ content }, null));
  return [...texts, ...(finish === null ? [] : [chunk({}, finish)])].join('');
}

/** The line that says who goes on. */
export function comment(by: string, way: 'prefill' | 'splice' | 'discard'): string {
  return `: recloser rescued by ${by} (${way})\n\n`;
}

/** The bytes of a fresh answer, after its caller was told to drop what it has of `a`. */
export function replaced(said: Said, reason: string): string {
  const { id, created } = headOf('a');
  const { object, model } = headOf(said.by);
  const dropped = { object, model, choices: [], recloser: { event: 'discard', reason }, id, created };
  const { role, content, finish } = framesOf(said);
  const renamed = [role, ...content, finish].map((event) => {
    const { id: _id, object: kind, created: _created, model: name, choices } = JSON.parse(event.slice('data: '.length));
    return eventOf({ id, object: kind, created, model: name, choices });
  });
  return comment(said.by, 'discard') + eventOf(dropped) + renamed.join('');
}
