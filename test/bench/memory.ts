import { Caller } from './caller.ts';
import { Counts } from './counts.ts';
import type { Order } from './load.ts';
import { pause } from './processes.ts';
import type { Hosted } from './sides.ts';

/** Resident memory of one process. */
export interface Memory {
  /** Before its first request. */
  idleMb: number;
  /** What each open stream adds. */
  perStreamKb: number;
}

const streams = 800;
/** A model that thinks: its stream is open and silent. The provider knows it by this number. */
const silent = { stream: true, max_tokens: 7 };
const settleMs = 3_000;
/** Plain answers before, so that what is made once for all streams is not counted as theirs. */
const warmUps = 3_000;

/** Opens streams at a fresh process that stay open, and reads what they have added; null where the system does not say. */
export async function measureMemory(start: () => Promise<Hosted>): Promise<Memory | null> {
  await using hosted = await start();
  await pause(settleMs);
  const idleMb = hosted.process.residentMb();
  await warmUp(hosted);
  await pause(settleMs);
  const before = hosted.process.residentMb();
  const callers = await openAll(hosted);
  await pause(settleMs);
  const during = hosted.process.residentMb();
  for (const caller of callers) caller.leave();
  if (idleMb === null || before === null || during === null) return null;
  return { idleMb, perStreamKb: ((during - before) * 1_024) / streams };
}

async function warmUp(hosted: Hosted): Promise<void> {
  const { origin, path } = hosted.side;
  const body = bodyOf(hosted, {});
  for (let asked = 0; asked < warmUps; asked += 1) {
    const answer = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await answer.arrayBuffer();
  }
}

async function openAll(hosted: Hosted): Promise<Caller[]> {
  const { origin, path, headers } = hosted.side;
  const order: Order = {
    origin,
    path,
    headers,
    body: bodyOf(hosted, silent),
    atOnce: streams,
    ms: 0,
    rampMs: 0,
    events: 1,
  };
  const callers = Array.from({ length: streams }, () => new Caller(order, new Counts()));
  for (const caller of callers) {
    caller.start();
    await pause(1);
  }
  return callers;
}

function bodyOf({ side }: Hosted, parameters: object): string {
  return JSON.stringify({
    model: side.model,
    messages: [{ role: 'user', content: 'word '.repeat(200) }],
    ...parameters,
  });
}
