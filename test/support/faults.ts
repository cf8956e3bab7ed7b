import { expect } from 'vitest';
import type { CircuitEntry } from '../../server/core/circuit/types.ts';
import type { RequestRecord } from '../../server/core/records.ts';
import type { ChainSettings } from '../../server/core/settings.ts';
import { realClock } from '../../server/world.ts';
import { FakeClock } from './fakeClock.ts';
import { addFields, breachesOf, canonical, empty, houseBreaches, type Transcript } from './faultsCheck.ts';
import { type FaultCall, type FaultProvider, type Play, startProviders } from './faultsProvider.ts';
import { eventsOf, messageOf, plainOf, type Said } from './faultsSaid.ts';
import { type ProviderChanges, type RunningGateway, startGateway } from './gateway.ts';
import { type RawCall, rawCall } from './rawCall.ts';

/** One fault: who is there, and what is asked. */
export interface Scene {
  /** In the order of the chain: `a`, `b`, `c`. */
  providers: FaultProvider[];
  /** For each of them, in the same order. */
  settings?: ProviderChanges[];
  rescue?: ChainSettings['rescue'];
  body?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** What came of it: all a case may look at. */
export interface Played extends Transcript {
  calls: FaultCall[];
  /** Letters of the providers in the order in which they were called. */
  asked: string;
  trail: string;
  /** What each circuit made of it: `well`, `failure`, `timeout`, or the cause for which it opened. */
  circuits: Record<string, string>;
}

/** A connection that is let go has to be gone so soon after the caller has the end. */
const LET_GO_MS = 1_000;
const LET_GO_TURNS = 100;
const noWait: ChainSettings['backoff'] = { initialMs: 0, factor: 2, maxMs: 0, jitter: 'none' };

/** Plays a scene through real sockets, on a clock that only the providers' silences move, and holds what always holds. */
export async function playScene(scene: Scene, stream: boolean): Promise<Played> {
  const clock = new FakeClock();
  let left = false;
  const providers = await startProviders(scene.providers, {
    clock,
    leave: () => {
      left = true;
      call.leave();
    },
  });
  const settings = Object.fromEntries(
    providers.urls.map((url, index) => [String.fromCharCode(97 + index), { url, ...scene.settings?.[index] }]),
  );
  const gateway = await startGateway({
    providers: settings,
    chain: { rescue: scene.rescue ?? [], backoff: noWait },
    clock,
  });
  const call = rawCall({
    url: `${gateway.url}/v1/chat/completions`,
    body: { model: 'lucy', stream, messages: [{ role: 'user', content: 'hi' }], ...scene.body },
    headers: { 'content-type': 'application/json', ...scene.headers },
  });
  await call.closed;
  const record = await gateway.recorded(1);
  await letGo(providers.calls, { record, clock });
  const played = {
    stream,
    record,
    calls: providers.calls,
    ...given(call),
    ...kept(gateway),
    offered: providers.offered,
  };
  const transcript = { ...played, offered: played.offered.map(canonicalOf) };
  expect(left ? houseBreaches(transcript) : breachesOf(transcript)).toEqual([]);
  expect(gateway.errors).toEqual([]);
  return {
    ...transcript,
    asked: providers.calls.map(({ provider }) => provider).join(''),
    trail: record.attempts.map(({ provider, word }) => `${provider}=${word}`).join(', '),
    circuits: Object.fromEntries(gateway.board.list().map((entry) => [entry.provider, effectOn(entry)])),
  };
}

function effectOn({ state, cause, failuresInARow, timeoutsInARow }: CircuitEntry): string {
  if (state !== 'closed') return cause ?? state;
  return timeoutsInARow > 0 ? 'timeout' : failuresInARow > 0 ? 'failure' : 'well';
}

export function canonicalOf(said: Said): string {
  const whole = empty();
  addFields(whole, messageOf(said));
  return canonical([{ ...whole, finish: said.finish }]);
}

function given({ status, headers, text, whole }: RawCall) {
  return { status, headers, body: text, framed: whole };
}

function kept({ board, permits }: RunningGateway) {
  return { permits, inFlight: board.list().reduce((sum, { inFlight }) => sum + inFlight, 0) };
}

/**
 * Waits for the connections of what is over. Only one on which a whole answer came may stay for a second, in which the
 * provider may end it in order; any other is closed at once, on a clock that stands still.
 */
async function letGo(calls: readonly FaultCall[], over: { record: RequestRecord; clock: FakeClock }): Promise<void> {
  const succeeded = over.record.attempts
    .filter(({ outcome }) => outcome === 'succeeded')
    .map(({ provider }) => provider);
  await closed(calls.filter(({ provider }) => !succeeded.includes(provider)));
  over.clock.advance(LET_GO_MS);
  await closed(calls);
}

async function closed(calls: readonly FaultCall[]): Promise<void> {
  const endsAt = realClock.now() + LET_GO_MS;
  // A machine that stood still for a second has not looked yet.
  for (let turn = 0; turn < LET_GO_TURNS || realClock.now() < endsAt; turn += 1) {
    if (calls.every(({ state }) => state !== 'open')) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A provider that gives this answer to every call, as it was asked for it. */
export function gives(said: Said): FaultProvider {
  return {
    says: () => [said],
    play: (wire, call) => {
      if (call.body.stream !== true) return wire.reply(200, plainOf(said));
      wire.open();
      wire.chunks(...eventsOf(said));
      wire.end();
    },
  };
}

/** A provider that has nothing to offer, and does this. */
export function does(play: Play): FaultProvider {
  return { play };
}

/** The bytes of an error of the gateway's own, after content or before. */
export function errorText(code: string, message: string, attempts: AttemptSaid[]): string {
  const notes = attempts.map(([provider, outcome, status, ms]) => ({ provider, outcome, status, ms }));
  return JSON.stringify({ error: { message, type: 'server_error', code, param: null, attempts: notes } });
}

/** Provider, word, status, ms. */
export type AttemptSaid = [string, string, number | null, number];

/** The event that ends what `by` left unfinished. */
export function brokenEvent(by: string, why: { word: string; said: string }, attempts: AttemptSaid[]): string {
  const message = `The answer of ${by} broke off (${why.word}): ${why.said} What came so far is not the whole answer. Ask again.`;
  return `data: ${errorText('answer_interrupted', message, attempts)}\n\n`;
}
