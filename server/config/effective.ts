import type { EffectiveSetting } from '../core/effective.ts';
import type { ProviderSettings, Settings } from '../core/settings.ts';
import { describe, describeProvider, HIDDEN } from './describe.ts';
import type { Path, Source } from './source.ts';

/** Every setting in force of one provider, each with where it came from. No secret is in it. */
export function effectiveOf(source: Source, provider: ProviderSettings): EffectiveSetting[] {
  return settingsAt(source, describeProvider(provider), ['providers', provider.name]).map(({ path, ...setting }) => ({
    ...setting,
    key: keyOf(path.slice(2)),
  }));
}

/** Every setting in force, each with where it came from. No secret is in it. */
export function inForceOf(source: Source, settings: Settings): EffectiveSetting[] {
  const all = settingsAt(
    source,
    describe(settings, () => HIDDEN),
    [],
  );
  return all.map(({ path, ...setting }) => ({ ...setting, key: keyOf(path) }));
}

type Found = Omit<EffectiveSetting, 'key'> & { path: Path };

function settingsAt(source: Source, value: unknown, start: Path): Found[] {
  return leavesOf(value, start).flatMap(([path, shown]): Found[] => {
    const isProvider = path[0] === 'providers';
    const said = saidAt(source, path);
    if (said) return [{ path, value: shown, ...originOf(source, said, isProvider ? 'provider' : 'file') }];
    const own = isProvider ? path.slice(2) : [];
    const shared = own[0] === 'breaker' ? saidAt(source, own) : null;
    if (shared) return [{ path, value: shown, ...originOf(source, shared, 'breaker') }];
    // What a ghost does not say is as in the circuit beside it.
    return own[1] === 'ghosts' && own.length > 2 ? [] : [{ path, value: shown, from: 'default', where: null }];
  });
}

/** The path at which something says it: its own, or that of a whole (`prefill: none`) above it; null: nothing does. */
function saidAt(source: Source, path: Path): Path | null {
  if (source.at(path) !== undefined) return path;
  const above = path.slice(0, -1);
  const whole = source.at(above);
  return whole !== undefined && (typeof whole !== 'object' || whole === null) ? above : null;
}

function originOf(
  source: Source,
  path: Path,
  otherwise: 'provider' | 'breaker' | 'file',
): Pick<EffectiveSetting, 'from' | 'where'> {
  const outside = source.originAt(path);
  if (outside !== null) return { from: outside.startsWith('--') ? 'flag' : 'environment', where: outside };
  const variables = source.variablesAt(path);
  if (variables.length > 0) return { from: 'environment', where: variables.join(', ') };
  const line = source.lineOf(path);
  return { from: otherwise, where: line === null ? null : `line ${line}` };
}

/** Lists of plain values, and what is empty, are values of their own. */
function leavesOf(value: unknown, path: Path): [path: Path, value: string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  const entries: [PropertyKey, unknown][] = Array.isArray(value)
    ? value.map((each, place) => [place, each])
    : Object.entries(value);
  if (entries.length === 0) return [[path, 'none']];
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return [[path, value.join(', ')]];
  return entries.flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** `timeouts.connect`, `clients[0].name`. */
function keyOf(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}
