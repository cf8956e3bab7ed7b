import type { BreakerSettings } from '../../server/core/circuit/types.ts';
import { percent, plural } from '../words.ts';

/** What leads from one state to the next, with the settings in force; a line each. */
export interface MachineWords {
  opens: string[];
  cools: string[];
  failsAgain: string[];
  /** What happens while it is half-open. */
  tries: string;
  closes: string[];
}

export function machineWords(breaker: BreakerSettings): MachineWords {
  const { failures, timeouts, rate, calls, windowMs, openMs, openMaxMs, jitter, probes, probe, successes, rampMs } =
    breaker;
  const grows = openMaxMs > openMs ? [`doubling, up to ${shortTime(openMaxMs)}`] : [];
  const spread = jitter > 0 ? [`and up to ${percent(jitter)} more`] : [];
  const asks = breaker.recheckMs === null ? [] : [`asked each ${shortTime(breaker.recheckMs)}`];
  const atOnce = probes === 1 ? '1 call tries it' : `${probes} calls at once try it`;
  return {
    opens: [
      `${plural(failures, 'failure')} in a row,`,
      `${plural(timeouts, 'time-out')} in a row, or`,
      `${percent(rate)} of ${calls} calls or more`,
      `within ${shortTime(windowMs)}`,
    ],
    cools: [`after ${shortTime(openMs)}`, ...grows, ...spread, ...asks],
    failsAgain: ['a try', 'fails'],
    tries: `${atOnce} (probe: ${probe})`,
    closes: [
      `${successes} good:`,
      'closed again,',
      'all traffic',
      rampMs === 0 ? 'at once' : `after ${shortTime(rampMs)}`,
    ],
  };
}

/** `5 m`, `30 s`, `1 m 30 s`, `250 ms`. */
export function shortTime(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, (ms / 1_000) % 60];
  const parts = [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} m` : '', seconds > 0 ? `${seconds} s` : ''];
  return parts.filter((part) => part !== '').join(' ');
}
