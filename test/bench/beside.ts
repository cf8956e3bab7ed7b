import { get } from 'node:http';
import type { Beside } from './measure.ts';
import { pause } from './processes.ts';
import type { HostedRecloser } from './sides.ts';

const tabs = 3;
/** Between two questions of an operator who browses. */
const lookMs = 100;

/** Three tabs of three browsers: each holds a live stream, and reads what it brings. */
export function liveTabs({ control }: HostedRecloser): Beside {
  return async () => {
    const opened = await Promise.all(Array.from({ length: tabs }, () => openTab(control)));
    return {
      async [Symbol.asyncDispose]() {
        for (const close of opened) close();
      },
    };
  };
}

/** The same, and an operator who asks for one page of the record after the other. */
export function browsing(recloser: HostedRecloser): Beside {
  return async () => {
    const open = await liveTabs(recloser)();
    const stop = new AbortController();
    const looked = look(recloser.control, stop.signal);
    return {
      async [Symbol.asyncDispose]() {
        stop.abort();
        await looked;
        await open[Symbol.asyncDispose]();
      },
    };
  };
}

type Control = HostedRecloser['control'];

function openTab({ origin, headers }: Control): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const request = get(`${origin}/trpc/live.events?input=${asInput({})}`, { headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`A live tab was answered with status ${answer.statusCode}.`));
      answer.on('error', () => {}).resume();
      resolve(() => void request.destroy());
    });
    request.once('error', reject);
  });
}

const questions = [
  ['requests.list', { limit: 50 }],
  ['events.list', { limit: 50 }],
  ['overview.get', undefined],
] as const;

async function look({ origin, headers }: Control, signal: AbortSignal): Promise<void> {
  for (let asked = 0; !signal.aborted; asked += 1) {
    const [procedure, input] = questions[asked % questions.length] ?? questions[0];
    const query = input === undefined ? '' : `?input=${asInput(input)}`;
    const answer = await fetch(`${origin}/trpc/${procedure}${query}`, { headers });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`${procedure} was answered with status ${answer.status}.`);
    await pause(lookMs);
  }
}

function asInput(value: object): string {
  return encodeURIComponent(JSON.stringify(value));
}
