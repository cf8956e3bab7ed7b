import { get } from 'node:http';
import type { Beside } from './measure.ts';
import { type Page, urlOf } from './pages.ts';
import { pause } from './processes.ts';
import type { HostedRecloser } from './sides.ts';

const tabs = 3;
/** Between two pages of an operator who is in a hurry. */
const lookMs = 250;

/** Three tabs of three browsers: each holds a live stream, and reads what it brings. */
export function liveTabs({ control }: HostedRecloser): Beside {
  return async () => {
    const tabsOpen = await Promise.all(Array.from({ length: tabs }, () => openTab(control)));
    return {
      async [Symbol.asyncDispose]() {
        for (const close of tabsOpen) close();
      },
    };
  };
}

/** The same, and an operator who opens one page after the other, of those that the record has. */
export function browsing(recloser: HostedRecloser, pages: readonly Page[]): Beside {
  return async () => {
    const open = await liveTabs(recloser)();
    const stop = new AbortController();
    const looked = look(recloser.control, pages, stop.signal);
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

/** Each goes on where the run before ended, so that all pages have their turn. */
let opened = 0;

async function look({ origin, headers }: Control, pages: readonly Page[], signal: AbortSignal): Promise<void> {
  for (; !signal.aborted; opened += 1) {
    const page = pages[opened % pages.length];
    if (!page) return;
    const answer = await fetch(urlOf(origin, page.asks), { headers });
    const text = await answer.text();
    if (answer.status !== 200)
      throw new Error(`${page.what} was answered with ${answer.status}: ${text.slice(0, 300)}`);
    await pause(lookMs);
  }
}

function asInput(value: object): string {
  return encodeURIComponent(JSON.stringify(value));
}
