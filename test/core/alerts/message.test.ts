import { expect, test } from 'vitest';
import { type MessageAsk, messageOf, testMessage } from '../../../server/core/alerts/message.ts';
import type { Alert, Sending, Severity } from '../../../server/core/alerts/types.ts';
import { bodyOf } from '../../../server/core/alerts/wire.ts';
import { oursTitle } from '../../../server/core/incidents/title.ts';
import { breakProvider, testBoard } from '../../support/control.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { chain, destination, incident, minute, start } from './support.ts';

const alert: Alert = {
  ...{ key: `incident/14/${start}`, incidentId: 14, chain: null, seenAt: start, resolvedAt: null },
  ...{ badSince: start, riskSince: null, wellSince: null, told: [] },
};
const concern = {
  ...{
    incidentId: 14,
    chain: null,
    state: 'bad',
    errors: 0,
    isRisk: false,
    detectedAt: start,
    quietUntil: null,
    chains: ['lucy'],
  },
} satisfies MessageAsk['concern'];

function ask(sending: Sending, severity: Severity, changes: Partial<MessageAsk> = {}): MessageAsk {
  const board = testBoard(new FakeClock(start));
  breakProvider(board, 'deepseek-v3');
  return {
    ...{ alert, concern, told: { sending, severity }, incident: incident(), chains: [chain('proven')] },
    ...{
      circuits: board.list(),
      ours: null,
      environment: 'production',
      dashboard: 'https://r.example',
      now: start + 4 * minute,
    },
    ...changes,
  };
}

const nobody = chain('nobody', { carrier: null });
const chainAlert: Partial<MessageAsk> = {
  ...{ alert: { ...alert, key: 'chain/lucy/1', incidentId: null, chain: 'lucy' }, incident: null },
  ...{ concern: { ...concern, incidentId: null, chain: 'lucy' }, chains: [chain('nobody')] },
};

const titles: [title: string, ask: MessageAsk][] = [
  ['deepseek-v3 stopped answering; no caller got an error', ask('opened', 'notify')],
  [
    '12 callers got an error: deepseek-v3 stopped answering',
    ask('opened', 'page', { incident: incident({ errors: 12 }) }),
  ],
  [
    'Worse: callers of lucy get errors, nobody is left to answer: deepseek-v3 stopped answering',
    ask('escalated', 'page', { chains: [nobody] }),
  ],
  [
    'Still: lucy would not survive the next loss: deepseek-v3 stopped answering',
    ask('reminder', 'page', { chains: [chain('nobody')] }),
  ],
  ['lucy would not survive the next loss', ask('opened', 'page', chainAlert)],
  ['Over: lucy had nobody left to lose', ask('resolved', 'page', chainAlert)],
  ['Over: deepseek-v3 stopped answering', ask('resolved', 'page')],
  ['Well again, and watched: deepseek-v3 stopped answering', ask('recovered', 'page')],
  ['Over: an incident', ask('resolved', 'page', { incident: null })],
];

test.each(titles)('%s', (title, asked) => {
  expect(messageOf(asked).title).toBe(title);
});

test('a page says what callers feel, since when, what is out and why, who answers, and what to do', () => {
  const made = messageOf(ask('opened', 'page', { incident: incident({ errors: 12 }), chains: [chain('nobody')] }));
  expect(made.lines).toEqual([
    '12 callers got an error since 2025-10-09 08:53:20 UTC (4m ago).',
    'deepseek-v3 is open: 5 failures in a row.',
    'lucy: llama-3.3-70b answers now; without it: callers of lucy would get errors until somebody is back.',
    'To do: get a second provider for lucy well, or another into it, before llama-3.3-70b goes too.',
  ]);
  expect(made).toMatchObject({ link: 'https://r.example/incidents/14', errors: 12, beganAt: start });
});

test('where nobody could be connected to, the first alert says that the fault may be ours, and where to look', () => {
  const ours = {
    ...{ from: start + 10_000, to: start + 40_000 },
    providers: [
      { provider: 'deepseek-v3', attempts: 5, unconnected: 5 },
      { provider: 'qwen-72b', attempts: 4, unconnected: 4 },
    ],
  };
  const made = messageOf(ask('opened', 'page', { incident: incident({ errors: 12 }), chains: [nobody], ours }));
  expect(made.title).toBe('callers of lucy get errors, nobody is left to answer: the fault may be ours');
  expect(made.lines.at(-1)).toBe(
    'To do: the fault may be ours. Look at your own network, DNS, proxy and firewall first. Since 2025-10-09 08:53:30 UTC 9 of 9 attempts at 2 providers found no connection, and none was answered.',
  );
  const later = ask('reminder', 'page', { incident: incident({ errors: 12, title: oursTitle }), chains: [nobody] });
  expect(messageOf(later).lines.at(-1)).toMatch(/^To do: the fault may be ours\. Look at/);
});

test('the end says from when to when, and what callers felt', () => {
  const row = incident({ errors: 1, backAt: start + 3 * minute, state: 'resolved' });
  expect(messageOf(ask('resolved', 'page', { incident: row })).lines).toEqual([
    'From 2025-10-09 08:53:20 UTC to 2025-10-09 08:56:20 UTC, 3m.',
    '1 caller got an error.',
  ]);
});

test('however long the names are, a message stays short', () => {
  const long = 'x'.repeat(60);
  const chains = Array.from({ length: 50 }, (_, index) => chain('nobody', { chain: `${long}${index}` }));
  const made = messageOf(
    ask('opened', 'page', { chains, concern: { ...concern, chains: chains.map((each) => each.chain) } }),
  );
  expect(made.title.length).toBeLessThanOrEqual(200);
  expect(made.lines.join('\n').length).toBeLessThan(4_000);
});

test('a webhook is told by type, with times as text', () => {
  expect(bodyOf(messageOf(ask('opened', 'page')), destination())).toMatchObject({
    type: 'alert.opened',
    timestamp: '2025-10-09T08:57:20.000Z',
    data: { severity: 'page', key: `incident/14/${start}`, incidentId: 14, beganAt: '2025-10-09T08:53:20.000Z' },
  });
});

test('what stands in a message for Slack mentions nobody and links nowhere but to the dashboard', () => {
  const row = incident({ title: '<!channel> & <https://evil.example|x>' });
  const body = bodyOf(messageOf(ask('opened', 'page', { incident: row })), destination({ kind: 'slack' }));
  const { text } = body as { text: string };
  expect(text).toContain('&lt;!channel&gt; &amp; &lt;https');
  expect(text.match(/<[^>]*>/g)).toEqual(['<https://r.example/incidents/14|Open on the dashboard>']);
});

test('PagerDuty is triggered and resolved by one key for one alert', () => {
  const pager = destination({ kind: 'pagerduty', routingKey: 'k' });
  const sent = (['opened', 'escalated', 'reminder', 'returned', 'recovered', 'resolved'] as const).map((sending) =>
    bodyOf(messageOf(ask(sending, 'page')), pager),
  );
  expect(sent.map((body) => (body as { event_action: string }).event_action)).toEqual([
    ...['trigger', 'trigger', 'trigger', 'trigger', 'resolve', 'resolve'],
  ]);
  const keys = sent.map((body) => (body as { dedup_key: string }).dedup_key);
  expect(new Set(keys)).toEqual(new Set([`recloser/production/incident/14/${start}`]));
  expect(sent[0]).toMatchObject({ routing_key: 'k', payload: { severity: 'critical', source: 'recloser production' } });
});

test('a test says that nothing is wrong, and wakes nobody', () => {
  const made = testMessage({ environment: 'production', dashboard: 'https://r.example', now: start, who: 'ada' });
  expect(made.lines).toEqual(['ada asked for this message at 2025-10-09 08:53:20 UTC. Nothing is wrong.']);
  const body = bodyOf(made, destination({ kind: 'pagerduty', routingKey: 'k' }));
  expect(body).toMatchObject({ event_action: 'trigger', payload: { severity: 'info' } });
});
