import type { EffectiveSetting } from '../../server/core/effective.ts';

export interface SettingGroup {
  title: string;
  /** With the part of each key that the title does not say. */
  settings: (EffectiveSetting & { short: string })[];
}

const own = 'provider';

/** Settings by the section they stand in, in the order of the config; those without one first. Ghosts each by itself. */
export function settingGroups(settings: readonly EffectiveSetting[]): SettingGroup[] {
  const groups = new Map<string, SettingGroup>([[own, { title: own, settings: [] }]]);
  for (const setting of settings) {
    const parts = setting.key.split('.');
    const depth = parts[1] === 'ghosts' && parts.length > 3 ? 3 : Math.min(1, parts.length - 1);
    const title = parts.slice(0, depth).join('.') || own;
    const group = groups.get(title) ?? { title, settings: [] };
    group.settings.push({ ...setting, short: parts.slice(depth).join('.') });
    groups.set(title, group);
  }
  return [...groups.values()].filter((group) => group.settings.length > 0);
}
