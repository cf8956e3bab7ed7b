import { expect, test } from 'vitest';
import { changesBetween } from '../../server/config/changes.ts';
import { describeSettings } from '../../server/config/describe.ts';
import { formatProblems } from '../../server/config/source.ts';
import { load, problemsOf, settingsOf, withMore } from './support.ts';

const secret = `whsec_${Buffer.from('a secret of twenty-four bytes at least').toString('base64')}`;
const other = `whsec_${Buffer.from('another secret of that many bytes').toString('base64')}`;
const path = 'https://hooks.example/services/T0/planted-path';

const all = `alerts:
  - { name: ours, kind: webhook, url: "${path}?a=b", secret: "${secret}", previousSecret: "${other}", on: [page], remind: off, hold: 0s, errors: 1, chains: [lucy] }
  - { name: team, kind: slack, url: "${path}" }
  - { name: on-call, kind: pagerduty, routingKey: planted-routing-key }`;

test('each kind is read, with its defaults', () => {
  const defaults = {
    ...{ on: ['page', 'notify'], errors: 3, holdMs: 30_000, remindMs: 1_800_000 },
    ...{ chains: null, allowLinkLocal: false },
  };
  const none = { secret: null, previousSecret: null, routingKey: null };
  expect(settingsOf(withMore(all)).alerts).toEqual([
    {
      ...{ name: 'ours', kind: 'webhook', url: `${path}?a=b`, secret, previousSecret: other, routingKey: null },
      ...{ on: ['page'], errors: 1, holdMs: 0, remindMs: null, chains: ['lucy'], allowLinkLocal: false },
    },
    { name: 'team', kind: 'slack', url: path, ...none, ...defaults },
    {
      ...{ name: 'on-call', kind: 'pagerduty', url: 'https://events.pagerduty.com/v2/enqueue' },
      ...{ ...none, routingKey: 'planted-routing-key', ...defaults },
    },
  ]);
});

const bad: [fact: string, keys: string, key: string, message: string][] = [
  ['no kind', '', 'kind', 'one of webhook, slack, pagerduty'],
  ['a webhook without a secret', `kind: webhook, url: "${path}"`, 'secret', 'need a secret for signing'],
  ['Slack without an address', 'kind: slack', 'url', 'need the address'],
  ['PagerDuty without a key', 'kind: pagerduty', 'routingKey', 'need the routing key'],
  ['a key of another kind', `kind: slack, url: "${path}", routingKey: k`, 'routingKey', 'by slack have no routingKey'],
  ['a secret that is no secret', `kind: webhook, url: "${path}", secret: abc`, 'secret', 'whsec_ and 24 to 64 bytes'],
  ['a short secret', `kind: webhook, url: "${path}", secret: whsec_c2hvcnQ=`, 'secret', 'whsec_ and 24 to 64 bytes'],
  ['an address with a password', 'kind: slack, url: "https://u:p@h/x"', 'url', 'without user, password'],
  ['an address of another kind', 'kind: slack, url: "ftp://h/x"', 'url', 'begins with https://'],
  ['Slack unencrypted', 'kind: slack, url: "http://hooks.example/x"', 'url', 'would travel unencrypted'],
  ['the metadata of a cloud', 'kind: slack, url: "https://169.254.169.254/x"', 'url', 'link-local address'],
  ['an unknown severity', `kind: slack, url: "${path}", on: [wake]`, 'on[0]', 'one of notify, page'],
  ['no severity', `kind: slack, url: "${path}", on: []`, 'on', 'at least one of'],
  ['reminders by the second', `kind: slack, url: "${path}", remind: 10s`, 'remind', 'a duration from 5m'],
  ['an unknown chain', `kind: slack, url: "${path}", chains: [luzy]`, 'chains[0]', 'did you mean lucy?'],
];

test.each(bad)('%s is refused at its key, with what to do', (_, keys, key, message) => {
  const problems = problemsOf(withMore(`alerts: [{ name: x, ${keys} }]`));
  expect(problems.map((problem) => problem.path)).toEqual([`alerts[0].${key}`]);
  expect(problems[0]?.message).toContain(message);
});

test('two destinations of one name are refused', () => {
  const one = `{ name: x, kind: slack, url: "${path}" }`;
  expect(problemsOf(withMore(`alerts: [${one}, ${one}]`))).toMatchObject([{ path: 'alerts[1].name' }]);
});

test('an address, a secret or a routing key is in no problem, no description and no change', () => {
  const planted = ['planted', 'T0', secret.slice(6), other.slice(6)];
  const changed = settingsOf(withMore(all.replaceAll('planted-', 'another-planted-')));
  const wrong = load(
    withMore(`alerts:
  - { name: a, kind: slack, url: "ftp://hooks.example/planted" }
  - { name: b, kind: pagerduty, routingKey: "planted\\nkey", secret: "whsec_planted" }
  - "https://hooks.example/planted"`),
  );
  const texts = [
    describeSettings(changed),
    JSON.stringify(changesBetween(settingsOf(withMore(all)), changed)),
    wrong.ok ? '' : formatProblems('r.yaml', wrong.problems),
  ];
  expect(texts[1]).toContain('"alerts.team.url"');
  expect(texts[2]).toContain('alerts[2]');
  for (const text of texts) for (const part of planted) expect(text).not.toContain(part);
});
