import type { Simulator } from '../../server/simulator/simulator.ts';
import { FakeClock } from './fakeClock.ts';
import { breachesOf, canonical, foldPlain, type Transcript } from './faultsCheck.ts';
import { turns } from './faultsProvider.ts';
import { startGateway } from './gateway.ts';
import { rawCall } from './rawCall.ts';
import { startSimulator } from './simulator.ts';

/** One request under a fault of the vocabulary, played by the simulator at the first of two providers. */
export interface Drilled {
  trail: string;
  status: number | null;
  body: string;
  breaches: string[];
  /** What the first provider saw of its call. */
  firstEnd: string | undefined;
}

const models = { a: 'model-a', b: 'model-b' };
/** Far more than any clock of the gateway in steps of which none is longer than the shortest. */
const STEP_MS = 1_000;
const STEPS_MAX = 60;

export async function drill(fault: string, stream: boolean): Promise<Drilled> {
  const clock = new FakeClock();
  const simulator = await startSimulator({
    clock,
    providers: Object.entries(models).map(([name, model]) => ({ name, model, latency: { tokens: 20 } })),
  });
  const provider = (name: 'a' | 'b') => ({ url: simulator.url(name), model: models[name] });
  const offered = await Promise.all([...styles, ...oddlyWhole(fault)].map((style) => offer(simulator, style)));
  await simulator.reset();
  await simulator.setFault('a', fault);
  const gateway = await startGateway({
    providers: { a: provider('a'), b: provider('b') },
    chain: { backoff: { initialMs: 0, factor: 2, maxMs: 0, jitter: 'none' } },
    clock,
  });
  const call = rawCall({
    url: `${gateway.url}/v1/chat/completions`,
    body: { model: 'lucy', stream, messages: [{ role: 'user', content: 'hi' }] },
    headers: { 'content-type': 'application/json' },
  });
  if (waits.test(fault))
    await passTime(clock, call.closed, () => `${call.pieces} ${simulator.log.map(({ tokensSent }) => tokensSent)}`);
  await call.closed;
  const record = await gateway.recorded(1);
  clock.advance(STEP_MS);
  await simulator.until((calls) => calls.every(({ end }) => end !== 'open'));
  const transcript: Transcript = {
    stream,
    record,
    offered: offered.flat(),
    permits: gateway.permits,
    calls: simulator.log.map((seen) => ({ provider: seen.provider, state: 'answered' })),
    inFlight: gateway.board.list().reduce((sum, { inFlight }) => sum + inFlight, 0),
    ...{ status: call.status, headers: call.headers, body: call.text, framed: call.whole },
  };
  return {
    trail: record.attempts.map((attempt) => `${attempt.provider}=${attempt.word}`).join(', '),
    breaches: [...breachesOf(transcript), ...gateway.errors.map(String)],
    firstEnd: simulator.calls('a')[0]?.end,
    status: call.status,
    body: call.text,
  };
}

/** Faults that take time. Under the others none may pass: decompression runs in threads, and says nothing meanwhile. */
const waits = /^(slow|silent|headers-only|role-only|pings|stall)|delay|gap/;

/** Time passes only where nothing else happens any more: a pause of the wire is not a pause of the provider. */
async function passTime(clock: FakeClock, over: Promise<unknown>, progress: () => string): Promise<void> {
  let isOver = false;
  void over.then(() => {
    isOver = true;
  });
  for (let step = 0; step < STEPS_MAX && !isOver; step += 1) {
    for (let before = ''; before !== progress() && !isOver; ) {
      before = progress();
      for (let rest = 0; rest < 10; rest += 1) await turns();
    }
    if (!isOver) clock.advance(STEP_MS);
  }
}

/** Ways in which a simulated answer may be whole. */
const styles = ['ok', 'reasoning', 'refusal', 'tool-call'];

/** `[DONE]` stands for a finish reason that is missing. */
function oddlyWhole(fault: string): string[] {
  return fault === 'no-finish/done' ? ['no-finish'] : [];
}

/** What both providers say in one way, asked plainly and without the gateway. */
async function offer(simulator: Simulator, style: string): Promise<string[]> {
  const asked = Object.entries(models).map(async ([name, model]) => {
    const response = await fetch(`${simulator.url(name)}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-simulator-fault': style },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
    });
    return canonical(foldPlain((await response.json()) as object));
  });
  return await Promise.all(asked);
}
