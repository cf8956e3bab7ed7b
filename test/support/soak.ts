import { readdirSync, readlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { request } from 'undici';
import type { Simulator } from '../../server/simulator/simulator.ts';
import { realClock } from '../../server/world.ts';
import { type Answered, type Callers, metric, startCallers } from './callers.ts';
import { folder, type Held, type Program, realSimulator, startProgram, token, until, writeConfig } from './program.ts';

/** What one minute of a soak, or a shorter sample of one, came to, measured when nothing was in flight any more. */
export interface Minute {
  answered: number;
  /** Callers who got no whole answer, though one provider was well all the time. */
  failed: Answered[];
  held: Held;
  /** Open files and pipes; sockets are waited for until few are left. Null: this system does not tell. */
  files: number | null;
  threads: number | null;
  /** How long this process, in which the providers are, stood still at most, ms: for so long none of them was well. */
  stoodStillMs: number;
}

export interface SoakStage {
  program: Program;
  simulator: Simulator;
  chain: readonly string[];
  /** The config file, read again each minute. */
  config: string;
  /** How many turns have been played. */
  turn: number;
}

/** How long it takes, and how long one provider is well in it while the others fail. */
export interface Pace {
  minuteMs: number;
  turnMs: number;
}

const fullPace: Pace = { minuteMs: 60_000, turnMs: 6_000 };
const callers = 12;
const well = 'ok/delay=30ms/tokens=30/gap=3ms';
/** Each as an outage has it; `gap` is short so that much of it fits into an hour. */
const outages = [
  ...['503', 'silent', 'cut@12/gap=3ms', '401', 'refuse', 'stall@8/gap=3ms', '429/retry-after-ms=700', 'html'],
  ...['reset@5/gap=3ms', 'headers-only', 'empty', 'error@5/gap=3ms', '402', 'pings', 'malformed', 'role-only'],
  ...['flap/up=700ms/down=900ms:503', 'share=0.5:500,ok', 'error-inside', '429', 'no-finish', '404', 'reset', '504'],
];

/** The program before three simulated providers, none of which is broken yet. */
export async function soakStage(): Promise<SoakStage> {
  const chain = ['first', 'second', 'third'];
  const simulator = await realSimulator(chain);
  // Well within a turn, and more than the providers, which are in this process, stand still on a busy machine.
  const quick = ', prefill: trailing, timeouts: { firstToken: 4s, idle: 4s }';
  const providers = Object.fromEntries(chain.map((name) => [name, quick]));
  const more = 'breaker: { failures: 3, open: 1s, recheck: 500ms, ramp: 0s }';
  const config = await writeConfig(await folder(), { simulator, chain, providers, more });
  return { program: await startProgram(config, { inside: true }), simulator, chain, config, turn: 0 };
}

/** One minute: outages in turn under load, beside callers who leave, open pages, scrapes, acts by hand and a reload. */
export async function soakMinute(stage: SoakStage, number: number, pace = fullPace): Promise<Minute> {
  const { program, config } = stage;
  const load = startCallers(program, callers);
  const stops = monitorEventLoopDelay();
  stops.enable();
  let over = false;
  const problems: unknown[] = [];
  const beside = [leaveAll, pageAll, askAll].map(async (one) => {
    while (!over) await one(program).catch((problem: unknown) => problems.push(problem));
  });
  const end = realClock.now() + pace.minuteMs;
  await changeConfig(config, number);
  program.process.kill('SIGHUP');
  while (realClock.now() < end) await playTurn(stage, load, pace);
  over = true;
  stops.disable();
  await Promise.all([load.stop(), ...beside]);
  if (problems.length > 0) throw problems[0];
  const failed = load.answers.filter(({ status }) => status !== 200);
  const stoodStillMs = Math.round(stops.max / 1e6);
  return { answered: load.answers.length - failed.length, failed, stoodStillMs, ...(await measure(program)) };
}

/** The next provider is well, and known to be, before the last one fails: also for who asked before, and waits. */
async function playTurn(stage: SoakStage, load: Callers, { turnMs }: Pace): Promise<void> {
  const { simulator, chain, program, turn } = stage;
  stage.turn += 1;
  const isWell = chain[turn % chain.length] ?? '';
  await simulator.setFault(isWell, well);
  // By hand, for while the one before it is well no caller asks it.
  await until(async () => {
    await program.control.circuits.probe.mutate({ provider: isWell, reason: 'soak' });
    return (await program.circuit(isWell)).state === 'closed';
  });
  await load.settled();
  const others = chain.filter((name) => name !== isWell);
  for (const [at, name] of others.entries()) {
    await simulator.setFault(name, outages[(turn * others.length + at) % outages.length] ?? '503');
  }
  const provider = others[turn % others.length] ?? '';
  await program.control.circuits.trip.mutate({ provider, reason: 'soak', for: '1m' });
  await after(turnMs);
  await program.control.circuits.release.mutate({ provider, reason: 'soak' });
}

/** A caller who leaves after the first piece of a stream. */
async function leaveAll({ gatewayUrl }: Program): Promise<void> {
  const messages = [{ role: 'user', content: 'never mind' }];
  const answer = await request(`${gatewayUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ model: 'lucy', stream: true, messages }),
  });
  await firstPiece(answer.body);
  await after(100);
}

/** A dashboard that is opened and closed. */
async function pageAll({ dashboard }: Program): Promise<void> {
  const url = `${new URL(dashboard).origin}/trpc/live.events`;
  const answer = await request(url, { headers: { authorization: `Bearer ${token}`, connection: 'close' } });
  await firstPiece(answer.body);
  await after(1_000);
}

async function askAll(program: Program): Promise<void> {
  const { control } = program;
  await metric(program, 'recloser_record_waiting');
  await control.requests.list.query({ limit: 500 });
  await control.incidents.list.query({});
  await control.audit.list.query({});
  await after(1_000);
}

async function firstPiece(body: AsyncIterable<unknown> & { destroy(): unknown }): Promise<void> {
  for await (const _piece of body) break;
  body.destroy();
}

/** Another config with the same meaning for who is well: what was made for the old one has to go. */
async function changeConfig(config: string, number: number): Promise<void> {
  const text = await readFile(config, 'utf8');
  await writeFile(config, text.replace(/failures: \d/, `failures: ${3 + (number % 2)}`));
}

/** Once all that was in flight is over. */
async function measure(program: Program): Promise<Pick<Minute, 'held' | 'files' | 'threads'>> {
  for (const name of ['requests', 'connections', 'bodies_bytes', 'answers_bytes']) {
    await until(async () => (await metric(program, `recloser_gateway_${name}`)) === 0);
  }
  await until(async () => ((await program.inside('held', null)).resources.TCPSocketWrap ?? 0) <= idleSockets);
  const held = await program.inside('held', null);
  const { pid } = program.process;
  const files = listed(`/proc/${pid}/fd`)?.filter((file) => !targetOf(`/proc/${pid}/fd/${file}`).startsWith('socket:'));
  return { held, files: files?.length ?? null, threads: listed(`/proc/${pid}/task`)?.length ?? null };
}

/** Connections of this test's own to the control plane, kept alive between its questions. */
const idleSockets = 8;

function listed(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}

/** A file may be closed between the listing and this. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => void realClock.after(ms, resolve));
}
