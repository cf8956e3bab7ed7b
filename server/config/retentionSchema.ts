import { duration, section } from './leaves.ts';
import { DAY, HOUR } from './names.ts';

const longest = 3_650 * DAY;

/** `retention`: how long each kind of row is kept. Why each for so long: `core/retention.ts`. */
export const retentionSchema = section({
  requests: duration(HOUR, longest).prefault('14d').describe('Requests with their attempts and skips.'),
  probes: duration(HOUR, longest).prefault('30d').describe('Calls of our own to providers.'),
  transitions: duration(DAY, longest)
    .prefault('90d')
    .describe('What circuits did; the newest of each provider stays for good.'),
  minutes: duration(HOUR, longest)
    .prefault('90d')
    .describe('Sums by the minute, which outlive the requests they were counted from; kept as long as these at least.'),
  audit: duration(7 * DAY, longest)
    .prefault('730d')
    .describe('Who did what and why.'),
  incidents: duration(7 * DAY, longest)
    .prefault('730d')
    .describe('Incidents that are over, from their end on, with what people wrote on them.'),
});
