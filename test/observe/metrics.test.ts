import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isFelt } from '../../server/core/felt.ts';
import { Metrics } from '../../server/observe/metrics.ts';
import { Totals } from '../../server/observe/totals.ts';
import { testBoard } from '../support/control.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { attemptOf, requestOf } from '../support/recordOf.ts';
import { root } from '../tidy/source.ts';

const names = { chains: ['lucy'], providers: ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'] };

function startMetrics() {
  const named = (all: string[]) => all.map((name) => ({ name }));
  const totals = new Totals({ chains: named(names.chains), providers: named(names.providers) });
  const board = testBoard(new FakeClock());
  const held = { now: 1, limit: 10 };
  const metrics = new Metrics(() => ({
    about: { version: '0.1.0', environment: 'test "quoted"', node: 'a', startedAt: 1_760_000_000_000 },
    totals,
    circuits: board.list(),
    chains: [
      {
        chain: 'lucy',
        providers: names.providers,
        requestsPerSecond: 0,
        carrier: 'deepseek-v3',
        backoff: { initialMs: 1, factor: 2 },
        ifCarrierGoes: { verdict: 'notProven', next: 'llama-3.3-70b', sentence: '' },
      },
    ],
    record: { buffered: 2, lost: 0, written: 7 },
    storage: { state: 'ok', problem: null, since: 0 },
    load: { requests: held, streams: held, connections: held, bodiesBytes: held, answersBytes: held },
    refusals: new Map([['invalid_api_key', 3]]),
    alerts: [{ destination: 'on-call', delivered: 2, failed: 1, dropped: 0, waiting: 4 }],
    process: { cpuSeconds: 1, residentBytes: 2, heapUsedBytes: 3, loopActiveSeconds: 4 },
  }));
  return { totals, board, metrics };
}

/** `name{labels}` → value, as a scrape reads it. */
async function scrape(metrics: Metrics): Promise<Map<string, number>> {
  const { text } = await metrics.read();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** By metric: the labels its series have. */
async function metricNames(metrics: Metrics): Promise<Map<string, Set<string>>> {
  const known = new Map<string, Set<string>>();
  for (const series of (await scrape(metrics)).keys()) {
    const [name = '', labels = ''] = series.split('{', 2);
    known.set(name, new Set([...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label)));
  }
  return known;
}

describe('metrics', () => {
  it('there is one series for each state of a circuit, of which one is 1', async () => {
    const { board, metrics } = startMetrics();
    const states = async () =>
      [...(await scrape(metrics))].filter(([series]) => /^recloser_circuit_state\{provider="qwen-72b"/.test(series));
    expect(await states()).toHaveLength(5);
    board.act({ type: 'trip', provider: 'qwen-72b', reason: 'x', by: 'ada', forMs: null });
    expect((await states()).filter(([, value]) => value === 1).map(([series]) => series)).toEqual([
      'recloser_circuit_state{provider="qwen-72b",state="tripped"}',
    ]);
  });

  it('requests, attempts and skips are counted, in seconds, tokens and dollars', async () => {
    const { totals, metrics } = startMetrics();
    const skip = attemptOf({ provider: 'deepseek-v3', outcome: 'skipped', failureKind: 'open' });
    const good = attemptOf({
      provider: 'llama-3.3-70b',
      firstTokenMs: 400,
      usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 5, estimated: false },
      costNanoUsd: 1_500_000_000,
    });
    const drill = attemptOf({ provider: 'qwen-72b', outcome: 'failed', failureKind: 'cut', drill: 'cut@1' });
    totals.request(requestOf({ attempts: [skip, drill, good], servedBy: 'llama-3.3-70b', durationMs: 900 }));
    totals.request(requestOf({ outcome: 'failed', servedBy: null, firstTokenMs: null, durationMs: 30_000 }));
    const told = await scrape(metrics);
    const value = (series: string) => told.get(`recloser_${series}`);
    expect(value('requests_total{chain="lucy",outcome="succeeded"}')).toBe(1);
    expect(value('requests_total{chain="lucy",outcome="failed"}')).toBe(1);
    expect(value('requests_total{chain="lucy",outcome="interrupted"}')).toBe(0);
    expect(value('fallback_answers_total{chain="lucy"}')).toBe(1);
    expect(value('skips_total{provider="deepseek-v3",reason="open"}')).toBe(1);
    expect(value('attempts_total{provider="llama-3.3-70b",outcome="succeeded"}')).toBe(1);
    expect(value('attempts_total{provider="qwen-72b",outcome="failed"}')).toBe(0);
    expect(value('tokens_total{provider="llama-3.3-70b",type="input"}')).toBe(10);
    expect(value('cost_dollars_total{provider="llama-3.3-70b"}')).toBe(1.5);
    expect(value('attempt_first_token_seconds_bucket{provider="llama-3.3-70b",le="0.25"}')).toBe(0);
    expect(value('attempt_first_token_seconds_bucket{provider="llama-3.3-70b",le="0.5"}')).toBe(1);
    expect(value('request_duration_seconds_sum{chain="lucy"}')).toBeCloseTo(30.9);
    expect(value('request_duration_seconds_bucket{chain="lucy",le="+Inf"}')).toBe(2);
    expect(value('request_duration_seconds_count{chain="lucy"}')).toBe(2);
  });

  it('callers who were turned away are counted, and what became of alerts', async () => {
    const told = await scrape(startMetrics().metrics);
    expect(told.get('recloser_gateway_refusals_total{reason="invalid_api_key"}')).toBe(3);
    expect(told.get('recloser_alert_messages_total{destination="on-call",outcome="failed"}')).toBe(1);
    expect(told.get('recloser_alert_messages_waiting{destination="on-call"}')).toBe(4);
  });

  it('a short opening that no scrape sees is counted', async () => {
    const { totals, board, metrics } = startMetrics();
    board.onTransition((event) => totals.transition(event));
    board.act({ type: 'trip', provider: 'qwen-72b', reason: 'x', by: 'ada', forMs: null });
    board.act({ type: 'reset', provider: 'qwen-72b', reason: 'x', by: 'ada', to: 'closed' });
    expect((await scrape(metrics)).get('recloser_circuit_transitions_total{provider="qwen-72b",to="tripped"}')).toBe(1);
  });

  it('every name has its unit, and its kind where Prometheus asks for one', async () => {
    const { metrics } = startMetrics();
    const types = [...(await metrics.read()).text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    expect(types.length).toBeGreaterThan(30);
    for (const [, name = '', type] of types) {
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name, name).not.toMatch(/_(ms|millis|minutes|kb|percent)\b/);
    }
  });
});

interface Rules {
  groups: { rules: { alert: string; expr: string; labels: object; annotations: Record<string, string> }[] }[];
}
interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
  annotations: { list: { expr: string }[] };
}

const read = (name: string) => readFileSync(join(root, 'server', 'deploy', name), 'utf8');
const rules = (parse(read('alerts.rules.yaml')) as Rules).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('grafana.json')) as Dashboard;
const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
  ...dashboard.annotations.list.map(({ expr }) => ['annotation', expr] as const),
];

/** What is wrong with an expression: it does not parse, or names a metric or a label that there is not. */
function wrongsOf(expression: string, known: Map<string, Set<string>>): string[] {
  const wrongs: string[] = [];
  const metrics: string[] = [];
  const labels: string[] = [];
  const text = expression.replaceAll('$__rate_interval', '5m');
  parser.parse(text).iterate({
    enter({ name, from, to, type }) {
      const word = text.slice(from, to);
      if (type.isError) wrongs.push(`does not parse at ${from}`);
      if (name === 'Identifier') metrics.push(word);
      if (name === 'LabelName') labels.push(word);
    },
  });
  for (const metric of metrics) if (!known.has(metric)) wrongs.push(`no metric ${metric}`);
  const ofThem = new Set(metrics.flatMap((metric) => [...(known.get(metric) ?? [])]));
  for (const label of labels) if (!ofThem.has(label)) wrongs.push(`no label ${label}`);
  return wrongs;
}

describe('alert rules and the Grafana dashboard', () => {
  it('the check of expressions finds what is wrong', async () => {
    const known = await metricNames(startMetrics().metrics);
    expect(wrongsOf('sum by (chain) (rate(recloser_requests_total[5m]', known)).not.toEqual([]);
    expect(wrongsOf('recloser_reqests_total > 1', known)).toEqual(['no metric recloser_reqests_total']);
    expect(wrongsOf('sum by (model) (recloser_requests_total)', known)).toEqual(['no label model']);
  });

  it('name only metrics and labels that exist', async () => {
    const { totals, metrics } = startMetrics();
    const failed = attemptOf({ provider: 'qwen-72b', outcome: 'failed', failureKind: 'cut' });
    const skipped = attemptOf({ provider: 'qwen-72b', outcome: 'skipped', failureKind: 'open' });
    totals.request(requestOf({ attempts: [failed, skipped] }));
    const known = await metricNames(metrics);
    expect(expressions.length).toBeGreaterThan(30);
    const wrongs = expressions.flatMap(([where, expr]) => wrongsOf(expr, known).map((wrong) => `${where}: ${wrong}`));
    expect(wrongs).toEqual([]);
  });

  it('the page for callers counts what they felt, of all who stayed and asked for what can be answered', () => {
    const { expr = '' } = rules.find(({ alert }) => alert === 'RecloserCallersGetErrors') ?? {};
    const [, felt = ''] = /outcome=~"(.*?)"/.exec(expr) ?? [];
    const [, leftOut = ''] = /outcome!~"(.*?)"/.exec(expr) ?? [];
    const outcomes = ['succeeded', 'failed', 'refused', 'interrupted', 'cancelled'] as const;
    expect(outcomes.filter((outcome) => isFelt({ outcome }))).toEqual(felt.split('|'));
    expect(leftOut.split('|').sort()).toEqual(['cancelled', 'refused']);
  });

  it('each alert says who is to hear it and what it means, with labels it has', () => {
    for (const { alert, expr, labels, annotations } of rules) {
      expect(labels, alert).toMatchObject({ severity: expect.stringMatching(/^(page|notify)$/) });
      expect(annotations.summary, alert).toMatch(/\S/);
      expect(annotations.description, alert).toMatch(/\S/);
      for (const [, label = ''] of JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)) {
        const aggregated = /sum by \(([^)]*)\)/.exec(expr)?.[1];
        if (aggregated !== undefined) expect(aggregated, alert).toContain(label);
      }
    }
  });
});
