import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import type { IncidentRow } from '../../server/core/incidents/report.ts';
import { IncidentTeller } from '../../server/journal/tellIncidents.ts';
import { chain, destination, incident, minute, second } from '../core/alerts/support.ts';
import { TestDatabase } from '../db/support/database.ts';
import { Alerting } from '../support/alerting.ts';
import { alertReceiver, type Received } from '../support/alertReceiver.ts';
import { moments, storyOf } from '../support/incidentStory.ts';

const secret = destination().secret ?? '';

/** What was told, as a receiver sees it: by the signature's own library. Its time is that of the fake clock. */
function told({ received }: { received: Received[] }): string[] {
  return received.map(({ text }) => {
    const { type, data } = JSON.parse(text);
    return `${data.key.replace(/^(incident\/\d+)\/\d+$/, '$1')} ${type} ${data.severity}`;
  });
}

/** The library knows the real time only, so what was signed is signed once more by it. */
function verify({ headers, text }: Received): void {
  const id = String(headers['webhook-id']);
  const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
  expect(String(headers['webhook-signature']).split(' ')).toContain(new Webhook(secret).sign(id, at, text));
}

test('an outage with flaps is one notice, one page, reminders and one end, each signed', async () => {
  const receiver = await alertReceiver();
  await using alerting = new Alerting([destination({ url: receiver.url })]);
  const row = (changes: Partial<IncidentRow>) => {
    const at = alerting.clock.wall();
    alerting.incidents = [incident({ detectedAt: at, beganAt: at, ...alerting.incidents[0], ...changes })];
  };
  row({});
  await alerting.pass(20 * second);
  expect(told(receiver)).toEqual([]);
  await alerting.pass(10 * second);
  for (let flap = 0; flap < 3; flap += 1) {
    row({ state: 'watching', quietUntil: alerting.clock.wall() + 10 * minute });
    await alerting.pass(minute);
    row({ state: 'open', quietUntil: null, openings: flap + 2 });
    await alerting.pass(minute);
  }
  row({ errors: 3 });
  await alerting.pass(5 * second);
  await alerting.pass(30 * minute);
  row({ state: 'resolved' });
  await alerting.pass(5 * second);
  await alerting.pass(60 * minute);
  const key = 'incident/14';
  expect(told(receiver)).toEqual([
    ...[`${key} alert.opened notify`, `${key} alert.escalated page`],
    ...[`${key} alert.reminder page`, `${key} alert.resolved page`],
  ]);
  for (const one of receiver.received) verify(one);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
  expect(alerting.list().deliveries.map(({ status, attempts }) => [status, attempts])).toEqual(
    Array.from({ length: 4 }, () => ['delivered', 1]),
  );
  const sums = { delivered: 4, failed: 0, dropped: 0, waiting: 0 };
  expect(alerting.alerter.counted()).toEqual([{ destination: destination({}).name, ...sums }]);
});

test('while the receiver moves to a new secret, both signatures are good', async () => {
  const receiver = await alertReceiver();
  const old = `whsec_${Buffer.from('the secret of the years before').toString('base64')}`;
  await using alerting = new Alerting([destination({ url: receiver.url, previousSecret: old, holdMs: 0 })]);
  alerting.incidents = [incident()];
  await alerting.pass(5 * second);
  const [one] = receiver.received;
  expect(one && String(one.headers['webhook-signature']).split(' ')).toHaveLength(2);
  if (one) verify(one);
});

test('what does not arrive is sent again under its id: later each time, when it is asked to, and in its order', async () => {
  const receiver = await alertReceiver();
  await using alerting = new Alerting([destination({ url: receiver.url, holdMs: 0 })]);
  alerting.incidents = [incident()];
  receiver.answers.push(500, (response) => response.writeHead(429, { 'retry-after': '120' }).end(), 'hang', 503);
  await alerting.pass(5 * second);
  expect(receiver.received).toHaveLength(1);
  await alerting.pass(5 * second);
  expect(receiver.received).toHaveLength(2);
  alerting.incidents = [incident({ state: 'resolved' })];
  await alerting.pass(119 * second);
  expect(receiver.received).toHaveLength(2);
  alerting.clock.advance(second);
  await receiver.until(3);
  await alerting.pass(10 * second);
  expect(alerting.list().deliveries.at(-1)).toMatchObject({ status: 'waiting', error: 'no answer within 10 s' });
  await alerting.pass(20 * second);
  await alerting.pass(40 * second);
  expect(told(receiver).map((each) => each.split(' ')[1])).toEqual([
    ...Array.from({ length: 5 }, () => 'alert.opened'),
    'alert.resolved',
  ]);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids.slice(0, 5)).size).toBe(1);
  expect(ids[5]).not.toBe(ids[0]);
  for (const one of receiver.received) verify(one);
});

test('what is refused for good is not sent again, and what it echoes of a secret is not kept', async () => {
  const receiver = await alertReceiver();
  const url = `${receiver.url}/planted-part-of-the-path`;
  await using alerting = new Alerting([destination({ url, kind: 'slack', secret: null, holdMs: 0 })]);
  receiver.answers.push((response, { path }) => response.writeHead(404).end(`no such hook: ${path} ${url}`));
  alerting.incidents = [incident()];
  await alerting.pass(5 * second);
  await alerting.pass(20 * minute);
  expect(receiver.received).toHaveLength(1);
  const [only] = alerting.list().deliveries;
  expect(only).toMatchObject({ status: 'failed', answer: 404 });
  expect(only?.error).toContain('it answered 404: no such hook');
  expect(JSON.stringify([alerting.list(), alerting.logged])).not.toContain('planted');
});

test('a redirect is not followed, and nobody who listens nowhere holds the others up', async () => {
  const receiver = await alertReceiver();
  receiver.answers.push((response) => response.writeHead(302, { location: receiver.url }).end());
  const gone = destination({ name: 'gone', url: 'http://127.0.0.1:9/', holdMs: 0 });
  await using alerting = new Alerting([gone, destination({ url: receiver.url, holdMs: 0 })]);
  alerting.incidents = [incident()];
  await alerting.pass(5 * second);
  expect(receiver.received).toHaveLength(1);
  const by = (name: string) => alerting.list().last.find(({ destination: each }) => each === name);
  expect(by('team')).toMatchObject({ status: 'failed', answer: 302 });
  expect(by('gone')).toMatchObject({ status: 'waiting', answer: null });
});

/** One outage and then a risk, as what there is and for how long. */
const story: [seen: Partial<Pick<Alerting, 'incidents' | 'chains'>>, ms: number][] = [
  [{ incidents: [incident()] }, 35 * second],
  [{ incidents: [incident({ errors: 3 })] }, 40 * second],
  [{}, 31 * minute],
  [{ incidents: [incident({ state: 'resolved', errors: 3 })] }, 10 * second],
  [{ chains: [chain('nobody')] }, minute],
  [{ chains: [chain('proven')] }, 6 * minute],
];

/** Looks that fall due one after the other, as they would over the whole time. */
async function tell(alerting: Alerting, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5 * second) await alerting.pass(5 * second);
}

test('restarted after each step, everybody is told the same as without, nothing twice and no end forgotten', async () => {
  const run = async (restarts: boolean): Promise<string[]> => {
    const receiver = await alertReceiver();
    await using alerting = new Alerting([destination({ url: receiver.url })]);
    for (const [seen, ms] of story) {
      Object.assign(alerting, seen);
      await tell(alerting, ms);
      if (!restarts) continue;
      await alerting.alerter.stop();
      alerting.restart();
    }
    return told(receiver).map((each) => each.replace(/\d{6,}/, 'since'));
  };
  const whole = await run(false);
  expect(whole).toEqual([
    ...['incident/14 alert.opened notify', 'incident/14 alert.escalated page', 'incident/14 alert.reminder page'],
    ...[
      'incident/14 alert.resolved page',
      'chain/lucy/since alert.opened page',
      'chain/lucy/since alert.resolved page',
    ],
  ]);
  expect(await run(true)).toEqual(whole);
});

/** An outage of nine days ago, told day by day as after a start, while alerts are looked after. */
async function toldAfterwards(upTo: number) {
  const receiver = await alertReceiver();
  await using alerting = new Alerting([destination({ url: receiver.url, errors: 0 })]);
  await using database = new TestDatabase();
  const storage = await database.open();
  const now = alerting.clock.wall();
  const began = now - 9 * 24 * 60 * minute;
  const { requests, events } = storyOf(began);
  await storage.append({
    ...{ audit: [], probes: [] },
    requests: requests.filter(({ startedAt, durationMs }) => startedAt + durationMs <= began + upTo),
    events: events.filter(({ event }) => event.at <= began + upTo),
  });
  const teller = new IncidentTeller({ storage, savings: async () => null, now: () => 0 });
  alerting.isBehind = true;
  while (alerting.isBehind) {
    alerting.isBehind = (await teller.look(now)).more;
    alerting.incidents = (await storage.listIncidents({ limit: 20 })).rows;
    await alerting.pass(5 * second);
  }
  const atOnce = told(receiver);
  await tell(alerting, 2 * minute);
  return { atOnce, later: told(receiver), incidents: alerting.incidents };
}

test('an incident of last week that is told only after a start wakes nobody', async () => {
  const { later, incidents } = await toldAfterwards(moments.ends);
  expect(incidents).toMatchObject([{ state: 'resolved' }]);
  expect(later).toEqual([]);
});

test('one that has not ended since is told once, and only when it has not ended within the hold time either', async () => {
  const { atOnce, later, incidents } = await toldAfterwards(moments.opened);
  expect(incidents).toMatchObject([{ state: 'open' }]);
  expect([atOnce, later]).toEqual([[], ['incident/1 alert.opened page']]);
});

test('while old incidents are still being told nothing is said of those of before; a chain at risk is', async () => {
  const receiver = await alertReceiver();
  await using alerting = new Alerting([destination({ url: receiver.url })]);
  alerting.incidents = [incident({ detectedAt: alerting.clock.wall() })];
  await tell(alerting, minute);
  await alerting.alerter.stop();
  alerting.restart();
  Object.assign(alerting, { isBehind: true, chains: [chain('nobody', { providers: ['x', 'y'], carrier: 'x' })] });
  await tell(alerting, 40 * minute);
  const opened = 'incident/14 alert.opened notify';
  const messages = () => told(receiver).map((each) => each.replace(/\d{6,}/, 'since'));
  expect(messages()).toEqual([opened, 'chain/lucy/since alert.opened page', 'chain/lucy/since alert.reminder page']);
  Object.assign(alerting, { isBehind: false, chains: [chain('proven')] });
  alerting.incidents = [incident({ state: 'resolved' })];
  await tell(alerting, 10 * second);
  expect(messages().at(-1)).toBe('incident/14 alert.resolved notify');
});

test('killed while a message is under way, it is sent once more under the same id, and only that', async () => {
  const receiver = await alertReceiver();
  await using alerting = new Alerting([destination({ url: receiver.url, holdMs: 0 })]);
  receiver.answers.push('hang');
  alerting.incidents = [incident()];
  alerting.clock.advance(5 * second);
  await receiver.until(1);
  alerting.restart();
  await alerting.pass(5 * second);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
  await alerting.pass(10 * minute);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(alerting.list().deliveries).toMatchObject([{ status: 'delivered' }]);
});

test('with a full disk a page still goes out, once, and is written when there is room', async () => {
  const receiver = await alertReceiver();
  await using alerting = new Alerting([destination({ url: receiver.url, holdMs: 0 })]);
  alerting.disk = 'full';
  alerting.chains = [chain('nobody', { carrier: null })];
  await tell(alerting, 30 * second);
  expect(told(receiver)).toHaveLength(1);
  expect(alerting.list().alerts).toEqual([]);
  alerting.disk = 'well';
  await alerting.pass(5 * second);
  expect(told(receiver)).toHaveLength(1);
  expect(alerting.list().alerts).toMatchObject([{ chain: 'lucy', told: [{ sending: 'opened' }] }]);
});

test('a destination that comes with another config hears of what goes on; one that is gone gets nothing more', async () => {
  const receiver = await alertReceiver();
  await using alerting = new Alerting([]);
  alerting.incidents = [incident()];
  await alerting.pass(minute);
  receiver.answers.push(500);
  alerting.destinations = [destination({ url: receiver.url })];
  await alerting.pass(5 * second);
  expect(told(receiver)).toEqual(['incident/14 alert.opened notify']);
  alerting.destinations = [];
  await alerting.pass(minute);
  expect(receiver.received).toHaveLength(1);
  expect(alerting.list().deliveries).toMatchObject([{ status: 'dropped', error: 'it is not in the config any more' }]);
  alerting.incidents = [];
  await alerting.pass(minute);
  expect(
    alerting.logged.filter((each) => each.includes('"destination":"team"') && each.includes('hears no end')),
  ).toHaveLength(1);
});

test('a test is sent at once and once, and what PagerDuty opened by it is closed again', async () => {
  const receiver = await alertReceiver();
  const pager = destination({ name: 'pager', kind: 'pagerduty', secret: null, routingKey: 'k', url: receiver.url });
  await using alerting = new Alerting([pager]);
  expect(await alerting.alerter.test('nobody', 'ada')).toBeNull();
  const [sent, busy] = await Promise.all([
    alerting.alerter.test('pager', 'ada'),
    alerting.alerter.test('pager', 'bob'),
  ]);
  expect(busy).toBe('busy');
  expect(sent).toMatchObject({ status: 'delivered', answer: 200, alertKey: null });
  const events = receiver.received.map(({ text }) => JSON.parse(text));
  expect(events.map(({ event_action }) => event_action)).toEqual(['trigger', 'resolve']);
  expect(events[0].dedup_key).toBe(events[1].dedup_key);
  receiver.answers.push(500);
  expect(await alerting.alerter.test('pager', 'ada')).toMatchObject({ status: 'failed', error: 'it answered 500: ok' });
  await alerting.pass(20 * minute);
  expect(receiver.received).toHaveLength(3);
});
