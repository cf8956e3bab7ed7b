import type { ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { Step } from './script.ts';

/** How a call came to its end, seen from the provider. */
export type CallEnd = 'answered' | 'broken' | 'callerLeft';

export interface PlayOptions {
  steps: readonly Step[];
  response: ServerResponse;
  clock: Clock;
  onTokens: (tokens: number) => void;
}

/** Does the steps on a response, one after the other, until they end or the caller leaves. Never rejects. */
export async function play({ steps, response, clock, onTokens }: PlayOptions): Promise<CallEnd> {
  const left = new Promise<'left'>((resolve) => response.once('close', () => resolve('left')));
  for (const step of steps) {
    if (response.destroyed || response.socket?.destroyed) return 'callerLeft';
    switch (step.do) {
      case 'wait':
        if ((await wait(step.ms, clock, left)) === 'left') return 'callerLeft';
        break;
      case 'head':
        response.writeHead(step.status, step.headers);
        response.flushHeaders();
        break;
      case 'send':
        onTokens(step.tokens);
        if ((await write(response, step, left)) === 'left') return 'callerLeft';
        break;
      case 'repeat':
        await repeat(step, { response, clock, left });
        return 'callerLeft';
      case 'hang':
        await left;
        return 'callerLeft';
      case 'end':
        return (await ended(response, left)) === 'left' ? 'callerLeft' : 'answered';
      case 'close':
        if ((await flushed(response, left)) === 'left') return 'callerLeft';
        response.socket?.destroySoon();
        return 'broken';
      case 'reset':
        if ((await flushed(response, left)) === 'left') return 'callerLeft';
        response.socket?.resetAndDestroy();
        return 'broken';
    }
  }
  return 'answered';
}

type Left = Promise<'left'>;

/** Waits on the given clock, and takes its timer back when the caller leaves first. */
async function wait(ms: number, clock: Clock, left: Left): Promise<'left' | 'on'> {
  let cancel = () => {};
  const over = new Promise<'on'>((resolve) => {
    const timer = clock.after(ms, () => resolve('on'));
    cancel = () => timer.cancel();
  });
  const first = await Promise.race([over, left]);
  cancel();
  return first;
}

async function write(
  response: ServerResponse,
  step: Extract<Step, { do: 'send' }>,
  left: Left,
): Promise<'left' | 'on'> {
  if (step.apart) {
    const written = new Promise<'on'>((resolve) => response.write(step.bytes, () => setImmediate(() => resolve('on'))));
    return await Promise.race([written, left]);
  }
  if (response.write(step.bytes)) return 'on';
  return await Promise.race([new Promise<'on'>((resolve) => response.once('drain', () => resolve('on'))), left]);
}

const REPEATS_MAX = 1_000_000;

async function repeat(
  step: Extract<Step, { do: 'repeat' }>,
  { response, clock, left }: { response: ServerResponse; clock: Clock; left: Left },
): Promise<void> {
  for (let sent = 0; sent < REPEATS_MAX; sent++) {
    if ((await write(response, { do: 'send', bytes: step.bytes, tokens: 0, apart: true }, left)) === 'left') return;
    if ((await wait(Math.max(1, step.everyMs), clock, left)) === 'left') return;
  }
  await left;
}

async function ended(response: ServerResponse, left: Left): Promise<'left' | 'on'> {
  const whole = new Promise<'on'>((resolve) => response.end(() => resolve('on')));
  return await Promise.race([whole, left]);
}

const TURNS_TO_READ = 4;

/**
 * What was written is with the kernel, and a reader in this process has had its turns to take it: one who meets bytes and
 * a reset at once is told of an ordinary end instead (libuv does that).
 */
async function flushed(response: ServerResponse, left: Left): Promise<'left' | 'on'> {
  if (!response.headersSent) return 'on';
  const out = new Promise<'on'>((resolve) => response.socket?.write('', () => resolve('on')));
  const first = await Promise.race([out, left]);
  for (let turn = 0; turn < TURNS_TO_READ; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  return first;
}
