import { describe, expect, it } from 'vitest';
import { emptyLive, type LiveInput, maxEvents, maxRequests, reduceLive } from '../../web/live/reduce.ts';
import { sceneOf } from '../support/webScenes.ts';
import { entryOf, eventOf, rowOf, snapshot, transition } from './support.ts';

const start = snapshot(4, [entryOf('deepseek-v3'), entryOf('qwen-72b')]);
const reduced = (...inputs: LiveInput[]) => inputs.reduce(reduceLive, emptyLive);
const stateOf = (state: typeof emptyLive, provider: string) =>
  state.circuits.find((entry) => entry.provider === provider)?.state;

describe('circuits', () => {
  it('a transition patches its circuit and leaves the others', () => {
    const state = reduced(start, transition(5, 'deepseek-v3', 'open'));
    expect(stateOf(state, 'deepseek-v3')).toBe('open');
    expect(stateOf(state, 'qwen-72b')).toBe('closed');
    expect(state.seq).toBe(5);
  });

  it('a transition that comes twice counts once', () => {
    const once = reduced(start, transition(5, 'deepseek-v3', 'open'));
    expect(reduceLive(once, transition(5, 'deepseek-v3', 'open'))).toEqual(once);
  });

  it('a transition that a snapshot has already does not take the circuit back, but is told in the feed', () => {
    const state = reduced(snapshot(6, [entryOf('deepseek-v3', 'closed', 6)]), transition(5, 'deepseek-v3', 'open'));
    expect(stateOf(state, 'deepseek-v3')).toBe('closed');
    expect(state.events.map(({ seq }) => seq)).toEqual([5]);
  });

  it('a missed transition is noticed, and nothing is patched over the gap', () => {
    const state = reduced(start, transition(6, 'deepseek-v3', 'open'));
    expect(state.gap).toBe(true);
    expect(stateOf(state, 'deepseek-v3')).toBe('closed');
  });

  it('a fresh snapshot heals a gap, and says from where on the feed is whole', () => {
    const state = reduced(
      start,
      transition(5, 'deepseek-v3', 'open'),
      transition(8, 'qwen-72b', 'open'),
      snapshot(8, []),
    );
    expect(state).toMatchObject({ gap: false, seq: 8, eventsSince: 8 });
    expect(state.events.map(({ seq }) => seq)).toEqual([5]);
  });

  it('a poll between two streams loses no transition of the feed', () => {
    const polled: LiveInput = { type: 'polled', seq: 6, circuits: [entryOf('deepseek-v3', 'halfOpen', 6)], events: [] };
    const state = reduced(
      start,
      polled,
      transition(5, 'deepseek-v3', 'open'),
      transition(6, 'deepseek-v3', 'halfOpen'),
    );
    expect(stateOf(state, 'deepseek-v3')).toBe('halfOpen');
    expect(state.events.map(({ seq }) => seq)).toEqual([6, 5]);
  });

  it('what a snapshot or a poll tells of the last transitions is in the feed once, whether it was heard before or comes after', () => {
    const [fifth, sixth] = [eventOf(5, 'qwen-72b', 'tripped'), eventOf(6, 'qwen-72b', 'closed')];
    const told = reduced(
      { ...snapshot(5, [entryOf('qwen-72b')]), events: [fifth] },
      transition(6, 'qwen-72b', 'closed'),
    );
    expect(told.events.map(({ seq }) => seq)).toEqual([6, 5]);
    const again = reduceLive(told, { type: 'polled', seq: 6, circuits: told.circuits, events: [sixth, fifth] });
    expect(again.events).toEqual(told.events);
  });

  it('a record that began anew takes the old feed away', () => {
    const state = reduced(start, transition(5, 'deepseek-v3', 'open'), snapshot(0, [entryOf('deepseek-v3')]));
    expect(state.events).toEqual([]);
    expect(state.seq).toBe(0);
  });

  it('what moves between transitions is told each second, and never takes a circuit over its epoch', () => {
    const { overview } = sceneOf('calm', 0);
    const told = [
      { ...entryOf('deepseek-v3'), failuresInARow: 3 },
      { ...entryOf('qwen-72b', 'open', 9), failuresInARow: 5 },
    ];
    const state = reduced(start, { type: 'traffic', overview, circuits: told });
    expect(state.circuits).toMatchObject([
      { provider: 'deepseek-v3', failuresInARow: 3 },
      { provider: 'qwen-72b', state: 'closed', failuresInARow: 0 },
    ]);
  });

  it('providers that come with another config are there with the next second, and those that left it are gone', () => {
    const { overview } = sceneOf('calm', 0);
    const told = [entryOf('new-one'), entryOf('qwen-72b')];
    const state = reduced(start, { type: 'traffic', overview, circuits: told });
    expect(state.circuits.map(({ provider }) => provider)).toEqual(['new-one', 'qwen-72b']);
  });

  it('the feed keeps its newest and no more than its bound', () => {
    const many = Array.from({ length: maxEvents + 20 }, (_, index) => transition(5 + index, 'deepseek-v3', 'open'));
    const { events } = reduced(start, ...many);
    expect(events).toHaveLength(maxEvents);
    expect(events[0]?.seq).toBe(5 + maxEvents + 19);
  });
});

describe('requests', () => {
  it('are kept newest first, each once, and what was left out is summed', () => {
    const state = reduced(
      start,
      { type: 'request', request: rowOf('a'), leftOut: 0 },
      { type: 'request', request: rowOf('b'), leftOut: 7 },
      { type: 'request', request: rowOf('a'), leftOut: 0 },
    );
    expect(state.requests.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(state).toMatchObject({ requestsShown: 2, requestsLeftOut: 7 });
  });

  it('a fresh snapshot brings the last ones, which the record may not have yet, and says that the record is to be read again', () => {
    const brought = { ...snapshot(8, []), requests: [rowOf('c'), rowOf('a')] };
    const state = reduced(start, { type: 'request', request: rowOf('a'), leftOut: 0 }, brought);
    expect(state.requests.map(({ id }) => id)).toEqual(['c', 'a']);
    expect(state).toMatchObject({ requestsShown: 2, snapshots: 2 });
  });

  it('do not grow over their bound', () => {
    const many = Array.from({ length: maxRequests + 5 }, (_, index): LiveInput => {
      return { type: 'request', request: rowOf(`r${index}`), leftOut: 0 };
    });
    const state = reduced(start, ...many);
    expect(state.requests).toHaveLength(maxRequests);
    expect(state.requestsShown).toBe(maxRequests + 5);
  });
});
