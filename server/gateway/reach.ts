import { Agent, request } from 'undici';
import type { Clock } from '../core/clock.ts';
import type { ProviderFacts } from '../core/doctor/facts.ts';
import type { ProviderSettings } from '../core/settings.ts';
import { guardedLookup } from './guardedLookup.ts';
import { headersOf, networkWord } from './upstream.ts';

/** One provider gets so long to answer, ms. */
const answerMs = 10_000;
/** Of its list of models; what is more is not read. */
const maxBodyBytes = 1_000_000;

/** Asks a provider for its list of models, which costs nothing, and sees how far that comes. Never rejects. */
export async function reachProvider(provider: ProviderSettings, clock: Clock): Promise<ProviderFacts> {
  const { name, timeouts, apiKey, allowLinkLocal } = provider;
  const lookup = allowLinkLocal === true ? {} : { lookup: guardedLookup() };
  const dispatcher = new Agent({ connect: { timeout: timeouts.connectMs, ...lookup } });
  const began = clock.now();
  const facts = { name, code: null, status: null, ms: 0, hasKey: apiKey !== null, aheadMs: null };
  try {
    const { statusCode, headers, body } = await request(modelsUrl(provider.baseUrl), {
      ...{ dispatcher, headers: askHeaders(provider), headersTimeout: answerMs, bodyTimeout: answerMs },
    });
    await body.dump({ limit: maxBodyBytes });
    const ms = clock.now() - began;
    return {
      ...facts,
      reached: 'answered',
      status: statusCode,
      ms,
      aheadMs: aheadOf(headers.date, clock.wall() - ms / 2),
    };
  } catch (error) {
    return { ...facts, ...failureOf(networkWord(error)), ms: clock.now() - began };
  } finally {
    await dispatcher.destroy();
  }
}

function modelsUrl(baseUrl: string): string {
  const url = new URL(baseUrl);
  return `${url.origin}${url.pathname.replace(/\/$/, '')}/models${url.search}`;
}

/** Anthropic takes the key of a chat as a bearer, and that of its list under a name of its own. */
function askHeaders(provider: ProviderSettings): Record<string, string> {
  const { 'content-type': _, ...headers } = headersOf(provider);
  const own: Record<string, string> =
    provider.dialect === 'anthropic' && provider.apiKey !== null
      ? { 'x-api-key': provider.apiKey, 'anthropic-version': '2023-06-01' }
      : {};
  return { ...own, ...headers, accept: 'application/json' };
}

function failureOf(code: string): Pick<ProviderFacts, 'reached' | 'code'> {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { reached: 'name', code };
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO|EPROTO/.test(code)) return { reached: 'tls', code };
  return { reached: /HEADERS_TIMEOUT|BODY_TIMEOUT/.test(code) ? 'silent' : 'connect', code };
}

/** How far its clock is ahead of ours, to the second; it was read about half-way between our sending and hearing. */
function aheadOf(date: string | string[] | undefined, middle: number): number | null {
  const said = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(said) ? null : said - middle;
}
