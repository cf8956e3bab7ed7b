import type { EffectiveSetting } from '../core/effective.ts';
import type { ProviderSettings } from '../core/settings.ts';
import { describeProvider } from './describe.ts';
import type { Path, Source } from './source.ts';

/** Every setting in force of one provider, each with where it came from. No secret is in it. */
export function effectiveOf(source: Source, provider: ProviderSettings): EffectiveSetting[] {
  return leavesOf(describeProvider(provider), []).flatMap(([path, value]): EffectiveSetting[] => {
    const key = path.join('.');
    const own: Path = ['providers', provider.name, ...path];
    const said = saidAt(source, own);
    if (said) return [{ key, value, ...originOf(source, said, 'provider') }];
    const shared = path[0] === 'breaker' ? saidAt(source, path) : null;
    if (shared) return [{ key, value, ...originOf(source, shared, 'breaker') }];
    // What a ghost does not say is as in the circuit beside it.
    return path[1] === 'ghosts' && path.length > 2 ? [] : [{ key, value, from: 'default', where: null }];
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
  otherwise: 'provider' | 'breaker',
): Pick<EffectiveSetting, 'from' | 'where'> {
  const variables = source.variablesAt(path);
  if (variables.length > 0) return { from: 'environment', where: variables.join(', ') };
  const line = source.lineOf(path);
  return { from: otherwise, where: line === null ? null : `line ${line}` };
}

/** Lists, and what is empty, are values of their own. */
function leavesOf(value: unknown, path: string[]): [path: string[], value: string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, shown(value)]];
  const entries = Object.entries(value);
  return entries.length === 0 ? [[path, 'none']] : entries.flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return String(value);
}
