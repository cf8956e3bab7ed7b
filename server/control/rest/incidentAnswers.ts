import { z } from 'zod';
import { openCauses } from '../../core/circuit/types.ts';
import type { IncidentRow, Milestones } from '../../core/incidents/report.ts';
import type { ShownRow } from '../../core/incidents/shown.ts';
import type { Figures } from '../../core/savings/types.ts';
import type { IncidentWithGaps } from '../../operations/incidents.ts';
import { at, pageOf, state } from './answers.ts';

/** Incidents, as the REST API answers them. */

const names = z.array(z.string());

const row = z.object({
  id: z.number(),
  state: z.enum(['open', 'watching', 'resolved']),
  title: z.string(),
  beganAt: at,
  detectedAt: at,
  mitigatedAt: at.nullable(),
  backAt: at.nullable(),
  resolvedAt: at.nullable(),
  quietUntil: at.nullable(),
  providers: names,
  chains: names,
  errors: z.number().describe('Callers who got an error'),
  openings: z.number().describe('Times a circuit opened'),
}) satisfies z.ZodType<IncidentRow>;

export const incidentPage = pageOf(row);

const milestones = z.object({
  beganAt: at,
  detectedAt: at,
  mitigatedAt: at.nullable(),
  mitigatedBy: z.string().nullable(),
  backAt: at.nullable(),
  backBy: z.string().nullable(),
  resolvedAt: at.nullable(),
  detectedBy: z.string(),
  endedBy: z.string(),
}) satisfies z.ZodType<Milestones>;

const kinds = [
  ...(['failure', 'opened', 'closed', 'halfOpen', 'probes', 'flapping', 'act', 'chain'] as const),
  ...(['mitigated', 'resolved', 'ours', 'rest', 'note'] as const),
];

const told = z.object({
  id: z.string(),
  at,
  until: at.nullable(),
  kind: z.enum(kinds),
  said: z.array(z.union([z.string(), z.object({ name: z.string() })])).describe('Plain text and names, in order'),
  detail: z.string(),
  folded: z.number(),
  requestId: z.string().nullable(),
  starred: z.boolean(),
  written: z.object({ who: z.string(), notedAt: at, text: z.string() }).nullable(),
}) satisfies z.ZodType<ShownRow>;

const trouble = z.object({
  key: z.string(),
  kind: z.enum(['circuit', 'errors', 'fallbacks', 'slow']),
  subject: z.string(),
  cause: z.enum(openCauses).nullable(),
  beganAt: at,
  detectedAt: at,
  endedAt: at.nullable(),
});

const lane = z.object({
  provider: z.string(),
  troubled: z.boolean(),
  spans: z.array(z.object({ state: z.union([state, z.literal('none')]), from: at, to: at, by: z.string().nullable() })),
  ticks: z.array(z.object({ at, count: z.number() })),
  probes: z.array(z.object({ at, ok: z.boolean() })),
});

const range = { low: z.number(), high: z.number() };
const figure = z.object({ ...range, mark: z.enum(['measured', 'estimated', 'assumed']) });
const count = z.number().int();
/** Nobody knows how long a provider would have stayed down: `low` and `high` bound each figure. */
const figures = z.object({
  skips: count.describe('Attempts that were spared: measured'),
  attempts: figure.describe('Of them, those that would have failed'),
  waitingMs: figure.describe('Waiting that callers were spared, ms'),
  spend: figure.describe('What those attempts would have cost, nano-dollars'),
  premium: figure.describe('What the answers of others cost more, nano-dollars; negative: less'),
  probes: z.object({ probes: count, nanoUsd: z.number(), unpriced: count }).describe('Calls of our own'),
  caution: z
    .object({ ...range, ramp: z.number(), rampPremium: z.number() })
    .describe('Answers of others although the provider was back'),
  net: z.object(range).describe('Spend less premium, ramp and probes, nano-dollars'),
  leftOut: z
    .object({
      skips: z.partialRecord(z.enum(['tripped', 'pacing', 'busy', 'cannot_take', 'unknown']), count),
      unpriced: count,
      unpricedAnswers: count,
      untimed: count,
    })
    .describe('What is counted in no figure above, and why'),
}) satisfies z.ZodType<Figures>;

const counts = { requests: z.number(), answered: z.number(), moved: z.number(), errors: z.number() };
const impact = z.object({
  from: at,
  to: at,
  ...counts,
  others: z.number().describe('Callers who left, and callers’ own mistakes'),
  addedWait: z.object({ medianMs: z.number().nullable(), worstMs: z.number().nullable() }),
  byChain: z.array(z.object({ chain: z.string(), ...counts })),
  savings: figures.nullable().describe('What leaving its providers alone has saved; null: none was left alone'),
});

const ours = z
  .object({
    from: at,
    to: at,
    providers: z.array(z.object({ provider: z.string(), attempts: z.number(), unconnected: z.number() })),
  })
  .nullable();

export const incident = row.extend({
  felt: z.string().describe('Whether callers felt it, in a few words'),
  asOf: at,
  milestones,
  troubles: z.array(trouble),
  lanes: z.array(lane),
  window: z.object({ from: at, to: at }),
  timeline: z.array(told),
  impact,
  failures: z.array(z.object({ provider: z.string(), kind: z.string(), count: z.number() })),
  ours,
  meant: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      text: z.string(),
      mark: z.enum(['measured', 'estimated', 'assumed']),
      tone: z.enum(['plain', 'good', 'bad', 'caution']),
    }),
  ),
  requestsLetGoBefore: at
    .nullable()
    .describe('Requests of its time from before this moment were let go; null: none was'),
}) satisfies z.ZodType<IncidentWithGaps>;
