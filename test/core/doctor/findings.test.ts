import { describe, expect, it } from 'vitest';
import type { DatabaseFacts, DoctorFacts, ListenerFacts, ProviderFacts } from '../../../server/core/doctor/facts.ts';
import { findingsOf, worstOf } from '../../../server/core/doctor/findings.ts';

const database: DatabaseFacts = {
  ...{ path: '/var/r.db', state: 'good', problem: null, bytes: 3e9, logBytes: 1e6, pending: 0 },
};
const listener: ListenerFacts = { name: 'gateway', host: '127.0.0.1', port: 4400, held: 'free', running: null };
const provider: ProviderFacts = {
  ...{ name: 'a', reached: 'answered', code: null, status: 200, ms: 210, hasKey: true, aheadMs: 400 },
};

/** All is well. */
const well: DoctorFacts = {
  node: { version: '22.4.0', oldest: '20.19.0' },
  config: { file: 'recloser.yaml', problems: [], notes: [] },
  secrets: [{ name: 'A_KEY', from: 'variable' }],
  tokenCharacters: 40,
  database,
  disk: { path: '/var', freeBytes: 90e9 },
  listeners: [listener, { ...listener, name: 'control', port: 4401 }],
  files: { max: 65_536, connections: 10_000, allowed: 10_000 },
  memory: { limitBytes: 8e9, limitedBy: 'machine', heapBytes: 4e9, heldBytes: 1e9 },
  webBuilt: true,
  providers: [provider],
};

const problem = { line: 3, column: 1, path: 'providers.a.model', message: 'expected a name, found nothing' };
const db = (changes: Partial<DatabaseFacts>) => ({ database: { ...database, ...changes } });
const port = (changes: Partial<ListenerFacts>) => ({ listeners: [{ ...listener, ...changes }] });
const asked = (changes: Partial<ProviderFacts>) => ({ providers: [{ ...provider, ...changes }] });
const aheadBy = (...all: (number | null)[]) => ({ providers: all.map((aheadMs) => ({ ...provider, aheadMs })) });
const memory = (changes: Partial<DoctorFacts['memory']>) => ({ memory: { ...well.memory, ...changes } });

const cases: [string, Partial<DoctorFacts>, string, string, string, string][] = [
  ['an old Node', { node: { version: '20.9.1', oldest: '20.19.0' } }, 'node', 'bad', 'older than 20.19.0', 'Install'],
  ['no config', { config: null }, 'config', 'note', 'run the demo', 'recloser.example.yaml'],
  [
    'a bad config',
    { config: { file: 'r.yaml', problems: [problem], notes: [] } },
    'config',
    'bad',
    'line 3: providers.a.model: expected',
    'recloser check r.yaml',
  ],
  [
    'a secret that is not set',
    { secrets: [{ name: 'A_KEY', from: 'nowhere' }] },
    'secrets',
    'bad',
    'Not set: A_KEY',
    'NAME_FILE',
  ],
  ['no token', { tokenCharacters: null }, 'token', 'note', 'is not set', 'token create'],
  ['a token that may be guessed', { tokenCharacters: 5 }, 'token', 'caution', '5 characters', 'openssl rand'],
  ['a record in memory', db({ state: 'memory' }), 'database', 'caution', 'a restart forgets', 'to a path'],
  [
    'a record that may not be written',
    db({ state: 'unwritable', problem: 'EACCES' }),
    'database',
    'bad',
    'EACCES',
    'the right to write',
  ],
  [
    'the database of another program',
    db({ state: 'unusable', problem: 'of another program' }),
    'database',
    'bad',
    'of another program',
    'name another file',
  ],
  [
    'a damaged database',
    db({ state: 'damaged', problem: 'it is damaged' }),
    'database',
    'bad',
    'damaged',
    'your last backup',
  ],
  ['a locked database', db({ state: 'locked', problem: 'locked' }), 'database', 'caution', 'locked', 'end that'],
  [
    'tables of an earlier version',
    db({ pending: 2 }),
    'migrations',
    'note',
    '2 steps), after copying it beside itself (3 GB)',
    'Nothing to do',
  ],
  ['a long log', db({ logBytes: 900e6 }), 'log', 'caution', '900 MB', 'restart Recloser'],
  [
    'a full disk',
    { disk: { path: '/var', freeBytes: 90e6 } },
    'disk',
    'bad',
    'Only 90 MB are free at /var',
    'Make room',
  ],
  ['a disk that fills up', { disk: { path: '/var', freeBytes: 1.5e9 } }, 'disk', 'caution', 'Only 1.5 GB', 'retention'],
  [
    'no room for the copy before a migration',
    { ...db({ pending: 1 }), disk: { path: '/var', freeBytes: 3e9 } },
    'disk',
    'bad',
    'not enough for the copy of 3 GB',
    'before the next start',
  ],
  [
    'a port that another program holds',
    port({ held: 'other' }),
    'gateway port',
    'bad',
    '127.0.0.1:4400 is held',
    'RECLOSER_GATEWAY_PORT',
  ],
  ['a port for the system only', port({ held: 'forbidden' }), 'gateway port', 'bad', 'more rights', 'above 1023'],
  [
    'an address of another machine',
    port({ held: 'noAddress', host: '10.0.0.9' }),
    'gateway port',
    'bad',
    '10.0.0.9',
    'gateway.host',
  ],
  [
    'one of ours with a broken record',
    port({ held: 'ours', host: '::1', running: { status: 'degraded', problem: 'The disk is full' } }),
    'gateway port',
    'caution',
    '[::1]:4400 and says "degraded": The disk is full',
    'answers on',
  ],
  [
    'one of ours that stops',
    port({ held: 'ours', running: { status: 'draining', problem: null } }),
    'gateway port',
    'caution',
    '"draining"',
    'in a moment',
  ],
  [
    'few open files',
    { files: { max: 1_024, connections: 10_000, allowed: 320 } },
    'open files',
    'caution',
    '320 connections',
    'ulimit -n',
  ],
  [
    'a container too small',
    memory({ limitBytes: 128e6, limitedBy: 'cgroup' }),
    'memory',
    'bad',
    'This container may have 128 MB',
    'at least 600 MB',
  ],
  [
    'bounds over the memory',
    memory({ limitBytes: 1e9 }),
    'memory',
    'caution',
    'at its bounds Recloser takes 1.3 GB',
    'limits.bodies',
  ],
  [
    'a heap over the container',
    memory({ limitBytes: 2e9, limitedBy: 'cgroup' }),
    'memory',
    'caution',
    'heap grow to 4 GB',
    '--max-old-space-size=1144',
  ],
  ['pages that are not built', { webBuilt: false }, 'dashboard', 'caution', 'not built', 'npm run build'],
  ['providers that were not asked', { providers: null }, 'providers', 'note', 'not asked', '--providers'],
  [
    'a provider without an address',
    asked({ reached: 'name', code: 'ENOTFOUND' }),
    'provider a',
    'bad',
    'no address (ENOTFOUND)',
    'baseUrl',
  ],
  [
    'one that takes no connection',
    asked({ reached: 'connect', code: 'ECONNREFUSED' }),
    'provider a',
    'bad',
    'Nothing takes',
    'firewall',
  ],
  [
    'one behind a strange certificate',
    asked({ reached: 'tls', code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
    'provider a',
    'bad',
    'certificate',
    'NODE_EXTRA_CA_CERTS',
  ],
  ['one that says nothing', asked({ reached: 'silent' }), 'provider a', 'bad', 'did not answer', 'status page'],
  ['one that refuses the key', asked({ status: 401 }), 'provider a', 'bad', 'refuses the key (401)', 'apiKey'],
  ['one that wants a key', asked({ status: 403, hasKey: false }), 'provider a', 'bad', 'wants a key', 'apiKey'],
  ['one whose limit is used up', asked({ status: 429 }), 'provider a', 'caution', '429', 'account'],
  ['one without a list', asked({ status: 404 }), 'provider a', 'note', 'not known', '--live'],
  ['one that leads elsewhere', asked({ status: 308 }), 'provider a', 'bad', 'leads elsewhere', 'baseUrl'],
  ['one that is down', asked({ status: 503 }), 'provider a', 'caution', '503', 'status page'],
  ['one that is slow', asked({ ms: 4_000 }), 'provider a', 'caution', '4000 ms', 'the line'],
  ['a clock that is behind', aheadBy(60_000, 61_000, -3_600_000), 'clock', 'caution', 'is 1m behind', 'NTP'],
  ['a clock that is ahead', aheadBy(-90_000, null), 'clock', 'caution', 'is 1m 30s ahead', 'NTP'],
];

describe('doctor', () => {
  it('finds nothing where all is well, and says of each thing that it is', () => {
    const findings = findingsOf(well);
    expect(findings.filter(({ mark }) => mark !== 'good')).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual([
      ...['config', 'secrets', 'token', 'database', 'migrations', 'disk', 'node', 'gateway port', 'control port'],
      ...['open files', 'memory', 'dashboard', 'provider a', 'clock'],
    ]);
    expect(worstOf(findings)).toBe('good');
  });

  it.each(cases)('%s', (_name, changes, check, mark, says, remedy) => {
    const findings = findingsOf({ ...well, ...changes }).filter((each) => each.mark !== 'good');
    expect(findings.filter((each) => each.check === check)).toMatchObject([
      { check, mark, says: expect.stringContaining(says), remedy: expect.stringContaining(remedy) },
    ]);
    expect(findings.every((each) => each.check === check || each.mark === 'note')).toBe(true);
    expect(worstOf(findings)).toBe(mark);
  });

  it('one provider with a wrong clock says nothing of ours', () => {
    expect(worstOf(findingsOf({ ...well, ...aheadBy(100, 3_600_000, -200) }))).toBe('good');
  });
});
