import type { ConfigChange, ConfigProblem } from '../core/configState.ts';
import type { Settings } from '../core/settings.ts';
import { describe, HIDDEN } from './describe.ts';
import { isLoopback } from './names.ts';

/** What takes a restart, as keys of the config: listeners, the record, and what is opened once. */
const atStartOnly = [
  ...['gateway', 'control'].flatMap((each) => [`${each}.host`, `${each}.port`, `${each}.trustProxy`]),
  ...['database', 'node'],
  ...['limits.connections', 'retention', 'signIn', 'telemetry', 'drills'],
];

/** Every key that differs, in the words of the config; of what is secret only that it does. */
export function changesBetween(before: Settings, after: Settings): ConfigChange[] {
  const whole = { before: leavesOf(before, exact), after: leavesOf(after, exact) };
  const shown = { before: leavesOf(before, () => HIDDEN), after: leavesOf(after, () => HIDDEN) };
  const keys = new Set([...whole.before.keys(), ...whole.after.keys()]);
  return [...keys]
    .filter((key) => whole.before.get(key) !== whole.after.get(key))
    .map((key) => ({ key, before: shown.before.get(key) ?? null, after: shown.after.get(key) ?? null }));
}

/** New settings as far as they can be taken up by a program that runs: what takes a restart stays as it was. */
export function withoutRestart(before: Settings, after: Settings): { settings: Settings; needRestart: string[] } {
  const changed = changesBetween(before, after).map(({ key }) => key);
  const needRestart = atStartOnly.filter((key) => changed.some((each) => isAt(each, key)));
  const settings: Settings = {
    ...after,
    gateway: { ...before.gateway, hosts: after.gateway.hosts },
    control: { ...before.control, hosts: after.control.hosts },
    database: before.database,
    node: before.node,
    limits: { ...after.limits, connections: before.limits.connections },
    retention: before.retention,
    signIn: before.signIn,
    telemetry: before.telemetry,
    drills: before.drills,
  };
  if (before.inForce && after.inForce) {
    const stays = ({ key }: { key: string }): boolean => atStartOnly.some((each) => isAt(key, each));
    settings.inForce = [...after.inForce.filter((each) => !stays(each)), ...before.inForce.filter(stays)];
  }
  return { settings, needRestart };
}

/**
 * What is wrong with settings because of what stayed as it was: the file was checked by itself, and may have taken the keys
 * away in the same breath as the address that others reach, which stays until a restart.
 */
export function problemsOfStaying({ gateway, clients }: Settings): ConfigProblem[] {
  if (isLoopback(gateway.host) || clients.length > 0) return [];
  const message = `the gateway listens on ${gateway.host} until it is started again, so without clients anybody could spend through it: restart it with this config, or keep a client until then`;
  return [{ line: null, column: null, path: 'clients', message }];
}

function isAt(key: string, above: string): boolean {
  return key === above || key.startsWith(`${above}.`);
}

function exact(secret: unknown): string {
  return JSON.stringify(secret) ?? 'none';
}

/** Each value with its key: `providers.qwen-72b.timeouts.idle` → `20s`. */
function leavesOf(settings: Settings, hide: (secret: unknown) => string): Map<string, string> {
  const leaves = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`);
    } else leaves.set(path, typeof value === 'string' ? value : JSON.stringify(value));
  };
  const { clients, alerts, ...rest } = describe(settings, hide);
  const byName = (all: { name: string }[]) => Object.fromEntries(all.map(({ name, ...each }) => [name, each]));
  walk({ ...rest, clients: byName(clients), alerts: byName(alerts) }, '');
  return leaves;
}
