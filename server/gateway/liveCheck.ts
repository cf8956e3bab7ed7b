import { type ChatRequest, readRequest } from '../core/body.ts';
import { dialects } from '../core/dialects/dialects.ts';
import { LIVE_TOKENS_MAX, type LiveReport } from '../core/liveCheck.ts';
import { addCosts, chargeOf, costNanoUsd } from '../core/money.ts';
import { judge } from '../core/outcome.ts';
import { prefilled } from '../core/prefill.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { FailureKind, Verdict } from '../core/wire.ts';
import { Attempt } from './attempt.ts';
import { firstTokenClockMs } from './clocks.ts';
import { Collector } from './collect.ts';
import type { AttemptEnd, AttemptTools } from './errand.ts';
import { Interrupt } from './interrupt.ts';
import { secretsOf } from './secretsOf.ts';

/** A provider that heeds no `max_tokens` is hung up on after so many events. */
const EVENTS_MAX = 4 * LIVE_TOKENS_MAX;
const BEGUN = '1 2 3 4 5';

const ask = (content: string, more: object = {}): object => ({
  messages: [{ role: 'user', content }],
  max_tokens: LIVE_TOKENS_MAX,
  stream: true,
  ...more,
});
const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const questions = {
  basic: ask('Say hello.'),
  plain: ask('Say hello.', { stream: false }),
  tools: ask('What is the weather in Oslo?', { tools: [weather] }),
  prefill: ask('Count from 1 to 9, with a space between two numbers and nothing else.'),
} as const;

/** Tries one provider, on the same path as a caller's request, with as few calls as will tell. Never rejects. */
export async function checkProvider(tools: AttemptTools, given: ProviderSettings): Promise<LiveReport> {
  const check = new LiveCheck(tools, bounded(given));
  return await check.run();
}

/** The config may set another length for every answer; here nothing may. */
function bounded(provider: ProviderSettings): ProviderSettings {
  const lengths = new Set(['max_tokens', 'max_completion_tokens']);
  const set = Object.fromEntries(Object.entries(provider.set).filter(([name]) => !lengths.has(name)));
  return { ...provider, set };
}

class LiveCheck {
  private readonly tools: AttemptTools;
  private readonly provider: ProviderSettings;
  private readonly report: LiveReport;
  private readonly costs: (number | null)[] = [];

  constructor(tools: AttemptTools, provider: ProviderSettings) {
    this.tools = tools;
    this.provider = provider;
    this.report = {
      ...{ provider: provider.name, ok: true, reachable: '–', key: '–', model: '–', stream: '–', usage: '–' },
      ...{
        tools: '–',
        prefill: '–',
        firstTokenMs: null,
        firstTokenClockMs: 0,
        calls: 0,
        costNanoUsd: null,
        remarks: [],
      },
    };
  }

  async run(): Promise<LiveReport> {
    const { report, provider } = this;
    if (await this.basic()) {
      if (!provider.assemble) await this.plain();
      if (provider.accepts.tools) await this.callTools();
      if (provider.prefill !== null) await this.prefill();
    }
    report.costNanoUsd = addCosts(this.costs);
    const { reachable, key, model, stream, tools, prefill } = report;
    report.ok = ![reachable, key, model, stream, tools, prefill].includes('no');
    return report;
  }

  /** Whether there is any use in going on. */
  private async basic(): Promise<boolean> {
    const { report } = this;
    const request = requestOf(questions.basic);
    report.firstTokenClockMs = firstTokenClockMs(this.provider, request);
    const { end, verdict, heard } = await this.call(request);
    if (verdict) {
      Object.assign(report, marksOf(verdict.kind));
      report.remarks.push(sentenceOf(verdict));
      return false;
    }
    Object.assign(report, { reachable: 'yes', key: 'yes', model: 'yes', stream: heard.events > 0 ? 'yes' : 'odd' });
    if (heard.events === 0) report.remarks.push('It sends its answer in one piece where a stream was asked for.');
    report.usage = end.usage ? 'yes' : 'odd';
    if (!end.usage) report.remarks.push('It tells no usage: what it costs will be estimated.');
    report.firstTokenMs = end.firstTokenMs;
    if ((end.firstTokenMs ?? 0) > report.firstTokenClockMs / 2) {
      report.remarks.push(
        `Its first token took ${end.firstTokenMs} ms of the ${report.firstTokenClockMs} ms that timeouts.firstToken allows: raise it.`,
      );
    }
    return true;
  }

  private async plain(): Promise<void> {
    const { verdict } = await this.call(requestOf(questions.plain));
    if (!verdict) return;
    this.report.stream = 'no';
    this.report.remarks.push(`Asked plainly, as \`assemble: false\` does: ${sentenceOf(verdict)}`);
  }

  private async callTools(): Promise<void> {
    const { verdict } = await this.call(requestOf(questions.tools));
    this.report.tools = verdict ? 'no' : 'yes';
    if (verdict)
      this.report.remarks.push(`With a tool (\`accepts.tools\` says that it takes them): ${sentenceOf(verdict)}`);
  }

  private async prefill(): Promise<void> {
    const { prefill } = this.provider;
    if (prefill === null) return;
    const begun = prefilled(requestOf(questions.prefill), BEGUN, { ...this.provider, prefill });
    const { verdict, text } = await this.call(begun.request, begun.provider, prefill.baseUrl);
    const beginsAnew = text.trimStart().startsWith(BEGUN.slice(0, 3));
    this.report.prefill = verdict || beginsAnew ? 'no' : 'yes';
    if (verdict) this.report.remarks.push(`With a begun answer (\`prefill\`): ${sentenceOf(verdict)}`);
    else if (beginsAnew) {
      this.report.remarks.push('It begins a begun answer anew instead of going on: set `prefill: none`.');
    }
  }

  private async call(request: ChatRequest, provider = this.provider, baseUrl: string | null = null): Promise<Called> {
    const { clock, upstream } = this.tools;
    const interrupt = new Interrupt();
    const heard = new Heard(() => interrupt.raise('callerLeft'));
    const tools: AttemptTools = {
      clock,
      upstream: {
        post: (to, body, handler) => upstream.post({ ...to, baseUrl }, body, handler),
        linger: (provider, close) => upstream.linger(provider, close),
      },
    };
    const attempt = new Attempt(tools, { provider, request, taker: heard, interrupt, onContent: () => {} });
    const end = await attempt.run();
    const dialect = dialects[provider.dialect];
    const secrets = secretsOf(provider);
    // That we hung up on content is no failure of the provider's.
    const hungUp = end.seen?.seen === 'callerLeft' && end.firstTokenMs !== null;
    const verdict = end.seen && !hungUp ? judge(end.seen, clock.wall(), { secrets, dialect }) : null;
    const charge = chargeOf(
      {
        ...{ reported: end.usage, kind: verdict?.kind ?? null, status: end.status, characters: end.characters },
        ...{ contentSeen: end.firstTokenMs !== null, promptTokens: request.facts.promptTokens },
      },
      dialect.abort,
    );
    this.report.calls += 1;
    if (charge.usage || charge.mayHaveCost) this.costs.push(costNanoUsd(charge.usage, provider.price));
    return { end, verdict, heard, text: heard.text() };
  }
}

interface Called {
  end: AttemptEnd;
  verdict: Verdict | null;
  heard: Heard;
  text: string;
}

/** Puts the answer together, and counts how it came. */
class Heard extends Collector {
  events = 0;
  private readonly onEnough: () => void;

  constructor(onEnough: () => void) {
    super();
    this.onEnough = onEnough;
  }

  override chunk(...given: Parameters<Collector['chunk']>): void {
    super.chunk(...given);
    this.events += 1;
    if (this.events === EVENTS_MAX) this.onEnough();
  }

  text(): string {
    const choices = this.answer()?.choices as { message?: { content?: unknown } }[] | undefined;
    const content = choices?.[0]?.message?.content;
    return typeof content === 'string' ? content : '';
  }
}

function requestOf(question: object): ChatRequest {
  const read = readRequest(Buffer.from(JSON.stringify({ model: 'check', ...question })));
  if (!read.ok) throw new Error(read.error.message);
  return read.request;
}

/** How far the first call came before it failed. */
function marksOf(kind: FailureKind): Partial<LiveReport> {
  switch (kind) {
    case 'connect':
    case 'reset':
      return { reachable: 'no' };
    case 'credentials':
    case 'balance':
      return { reachable: 'yes', key: 'no' };
    case 'model':
      return { reachable: 'yes', key: 'yes', model: 'no' };
    case 'firstToken':
    case 'answer':
      return { reachable: 'no' };
    default:
      return { reachable: 'yes', stream: 'no' };
  }
}

function sentenceOf({ word, error }: Verdict): string {
  return `${word}: ${error.message}`;
}
