import type { BreakerSettings } from '../../server/core/circuit/types.ts';
import { percent } from '../words.ts';
import { shortTime } from './machineWords.ts';

/** Each setting in the word of the config, and how it is shown. */
const told: { [Key in keyof BreakerSettings]: [word: string, shown: (value: BreakerSettings[Key]) => string] } = {
  failures: ['failures', String],
  timeouts: ['timeouts', String],
  rate: ['rate', percent],
  calls: ['calls', String],
  windowMs: ['window', shortTime],
  openMs: ['open', shortTime],
  openMaxMs: ['openMax', shortTime],
  jitter: ['jitter', percent],
  probes: ['probes', String],
  successes: ['successes', String],
  probe: ['probe', String],
  recheckMs: ['recheck', (ms) => (ms === null ? 'off' : shortTime(ms))],
  rampMs: ['ramp', shortTime],
  suspect: ['suspect', String],
};

/** What a ghost has otherwise than its circuit, each in a few words: `failures 3, not 5`. */
export function differences(ghost: BreakerSettings, circuit: BreakerSettings): string[] {
  return (Object.keys(told) as (keyof BreakerSettings)[]).flatMap((key) => differenceOf(key, ghost, circuit));
}

function differenceOf<Key extends keyof BreakerSettings>(
  key: Key,
  ghost: BreakerSettings,
  circuit: BreakerSettings,
): string[] {
  const [word, shown] = told[key];
  return ghost[key] === circuit[key] ? [] : [`${word} ${shown(ghost[key])}, not ${shown(circuit[key])}`];
}
