import type { CircuitEntry } from '../circuit/types.ts';
import { showDuration } from '../duration.ts';
import { lookFirst, oursCounts } from '../incidents/ours.ts';
import type { IncidentRow } from '../incidents/report.ts';
import { list, oursTitle } from '../incidents/title.ts';
import type { OursEvidence } from '../incidents/types.ts';
import { plural, utc } from '../incidents/words.ts';
import { causeSentence } from '../sentences.ts';
import type { Watched } from './concerns.ts';
import type { Alert, AlertMessage, Concern, Sending, Told } from './types.ts';

/** Providers and chains named in one message; the incident's page has them all. */
const mostNamed = 5;
const mostTitle = 200;
const mostLine = 300;

export interface MessageAsk {
  alert: Alert;
  concern: Concern;
  told: Pick<Told, 'sending' | 'severity'>;
  /** Null: it is about a chain, or the incident is gone from the record. */
  incident: IncidentRow | null;
  chains: Watched['chains'];
  circuits: readonly CircuitEntry[];
  /** Nobody could be connected to since the last answer: what there is to show for it; null: it is not so. */
  ours: OursEvidence | null;
  environment: string;
  /** Where people reach the dashboard, without a slash at its end. */
  dashboard: string;
  now: number;
}

type Chain = Watched['chains'][number];

/** What one message says: for somebody who was asleep a moment ago. Times of day are in UTC and say so. */
export function messageOf(ask: MessageAsk): AlertMessage {
  const { alert, concern, told, incident, environment, dashboard, now } = ask;
  const chains = ask.chains.filter(({ chain }) => concern.chains.includes(chain)).slice(0, mostNamed);
  const beganAt = incident?.beganAt ?? alert.seenAt;
  const isOver = told.sending === 'resolved' || told.sending === 'recovered';
  const page = incident ? `/incidents/${incident.id}` : '/';
  return {
    ...told,
    key: alert.key,
    title: short(titleOf(ask, chains), mostTitle),
    lines: (isOver ? endLines(ask, beganAt) : lines(ask, { chains, beganAt })).map((line) => short(line, mostLine)),
    link: dashboard + page,
    at: now,
    environment,
    incidentId: alert.incidentId,
    chains: concern.chains,
    providers: incident?.providers ?? [],
    beganAt,
    errors: incident?.errors ?? null,
  };
}

const prefixes: Record<Sending, string> = {
  opened: '',
  escalated: 'Worse: ',
  reminder: 'Still: ',
  recovered: 'Well again, and watched: ',
  returned: 'Back again: ',
  resolved: 'Over: ',
  test: 'Test: ',
};

function titleOf(ask: MessageAsk, chains: readonly Chain[]): string {
  const { alert, told, incident } = ask;
  const prefix = prefixes[told.sending];
  const what = incident?.title ?? (alert.chain === null ? 'an incident' : `${alert.chain} had nobody left to lose`);
  if (told.sending === 'resolved' || told.sending === 'recovered') return prefix + what;
  const nobody = chains.filter(({ carrier }) => carrier === null);
  const because = isOurs(ask) ? ': the fault may be ours' : incident ? `: ${incident.title}` : '';
  if (nobody.length > 0) return `${prefix}callers of ${namesOf(nobody)} get errors, nobody is left to answer${because}`;
  if (incident && incident.errors > 0) return `${prefix}${plural(incident.errors, 'caller')} got an error${because}`;
  const atRisk = chains.filter(({ ifCarrierGoes }) => ifCarrierGoes.verdict === 'nobody');
  if (told.severity === 'page' && atRisk.length > 0) {
    return `${prefix}${namesOf(atRisk)} would not survive the next loss${because}`;
  }
  return incident ? `${prefix}${incident.title}; no caller got an error` : prefix + what;
}

function lines(ask: MessageAsk, { chains, beganAt }: { chains: Chain[]; beganAt: number }): string[] {
  const { incident, now, circuits } = ask;
  const since = `${clock(beganAt)} (${showDuration(now - beganAt)} ago)`;
  const felt = incident && incident.errors > 0 ? `${plural(incident.errors, 'caller')} got an error` : null;
  const nobody = chains.some(({ carrier }) => carrier === null);
  const first = felt ?? (nobody ? 'Callers get errors' : incident ? 'No caller got an error' : 'At risk');
  const out = circuits
    .filter(({ provider, state }) => isOut(state) && isNear(ask, provider, chains))
    .slice(0, mostNamed);
  return [
    `${first} since ${since}.`,
    ...out.map(
      (entry) => `${entry.provider} is ${words[entry.state]}: ${causeSentence(entry) || 'no cause is known'}.`,
    ),
    ...chains.map(answering),
    todo(ask, chains),
  ];
}

const words: Record<CircuitEntry['state'], string> = {
  closed: 'closed',
  open: 'open',
  halfOpen: 'being tried again',
  tripped: 'tripped',
  heldClosed: 'held closed',
};

function isOut(state: CircuitEntry['state']): boolean {
  return state !== 'closed' && state !== 'heldClosed';
}

function isNear({ incident }: MessageAsk, provider: string, chains: readonly Chain[]): boolean {
  return (
    chains.some(({ providers }) => providers.includes(provider)) || incident?.providers.includes(provider) === true
  );
}

function answering({ chain, carrier, ifCarrierGoes }: Chain): string {
  if (carrier === null) return `${chain}: nobody answers now.`;
  return `${chain}: ${carrier} answers now; without it: ${ifCarrierGoes.sentence}.`;
}

/** Known at once by what is counted now, and from the incident once that is told so. */
function isOurs({ ours, incident }: MessageAsk): boolean {
  return ours !== null || incident?.title === oursTitle;
}

function todo(ask: MessageAsk, chains: readonly Chain[]): string {
  const { told, incident, ours } = ask;
  if (isOurs(ask)) {
    const proof = ours ? ` Since ${clock(ours.from)} ${oursCounts(ours)}.` : '';
    return `To do: the fault may be ours. ${lookFirst}${proof}`;
  }
  const [nobody] = chains.filter(({ carrier }) => carrier === null);
  if (nobody) {
    const first = nobody.providers[0] ?? 'PROVIDER';
    return `To do: ask who is back (recloser probe ${first} --reason "is it back?"), or put another provider into ${nobody.chain} and reload.`;
  }
  const [risk] = chains.filter(({ ifCarrierGoes }) => ifCarrierGoes.verdict === 'nobody');
  if (told.severity === 'page' && risk) {
    return `To do: get a second provider for ${risk.chain} well, or another into it, before ${risk.carrier} goes too.`;
  }
  if (incident && incident.errors > 0) return 'To do: see on its page which callers got errors, and why.';
  return 'To do: nothing at once. What is open is tried again by itself.';
}

function endLines({ alert, incident, concern, told, now }: MessageAsk, beganAt: number): string[] {
  const wellAt = incident?.backAt ?? alert.wellSince ?? now;
  const lasted = `From ${clock(beganAt)} to ${clock(wellAt)}, ${showDuration(wellAt - beganAt)}.`;
  if (!incident) return [lasted, 'It is well again, or not watched any more.'];
  const felt = incident.errors > 0 ? `${plural(incident.errors, 'caller')} got an error.` : 'No caller got an error.';
  const watched =
    concern.quietUntil === null ? [] : [`It is over if nothing comes until ${clock(concern.quietUntil)}.`];
  return [lasted, felt, ...(told.sending === 'recovered' ? watched : [])];
}

function namesOf(chains: readonly Chain[]): string {
  return list(chains.map(({ chain }) => chain));
}

function clock(at: number): string {
  return `${utc(at)} UTC`;
}

function short(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** What the test button sends. */
export function testMessage(
  about: Pick<MessageAsk, 'environment' | 'dashboard' | 'now'> & { who: string },
): AlertMessage {
  const { environment, dashboard, now, who } = about;
  return {
    ...{ sending: 'test', severity: 'notify', key: `test/${now}` },
    title: 'Test: alerts of Recloser come in here',
    lines: [`${who} asked for this message at ${clock(now)}. Nothing is wrong.`],
    link: `${dashboard}/alerts`,
    ...{ at: now, environment, incidentId: null, chains: [], providers: [], beganAt: now, errors: null },
  };
}
