import { z } from 'zod';
import type { About } from '../../core/about.ts';
import { automaticStates, type CircuitEntry, openCauses, overrides } from '../../core/circuit/types.ts';
import type { AuditRecord } from '../../core/records.ts';
import { roles } from '../../core/roles.ts';
import type { ActedEntry } from '../../operations/circuits.ts';
import type { Probed } from '../../operations/probe.ts';

/** What the REST API answers, for its document. The types are those of the verbs; a test reads real answers by them. */

export const at = z.number().describe('Milliseconds since 1970, UTC');
export const money = z.number().nullable().describe('Nano-dollars; null: not known');
export const state = z.enum([...automaticStates, 'tripped', 'heldClosed']);
const count = z.number();

/** A page of a list. */
export function pageOf<Row extends z.ZodType>(row: Row) {
  const next = z
    .string()
    .nullable()
    .describe('Give it as `before` for the page after this one; null: this is the last');
  return z.object({ rows: z.array(row), next });
}

export const circuit = z.object({
  provider: z.string(),
  state,
  automatic: z.enum(automaticStates).describe('What the circuit has learned, beneath an override'),
  override: z.enum(overrides),
  since: at,
  cause: z.enum(openCauses).nullable(),
  by: z.string(),
  reason: z.string().nullable(),
  until: at.nullable().describe('When the state ends by itself; null: when somebody acts'),
  epoch: z.number().describe('Goes up with each change; give it with an act that holds for this state only'),
  failuresInARow: count,
  timeoutsInARow: count,
  window: z.object({ calls: count, failures: count, rate: z.number().nullable(), ms: z.number() }),
  ramp: z.object({ share: z.number(), until: at }).nullable(),
  probe: z.object({ out: count, of: count, failed: count }),
  evidence: z.array(z.string()).describe('Attempts that opened it, `<request id>/<ordinal>`'),
  inFlight: count,
  allowed: count,
  spentUntil: at.nullable(),
  headroom: z
    .object({
      counts: z.enum(['requests', 'tokens', 'answerTokens']),
      left: count,
      limit: z.number().nullable(),
      callsAMinute: count.nullable().describe('Calls that it would let through in the coming minute'),
      until: at,
    })
    .nullable()
    .describe('What the provider says is left of its tightest rate limit, less what was let through since'),
  carries: z.array(z.string()).describe('Chains whose traffic goes to it now'),
  limits: z.object({ failures: count, timeouts: count, rate: z.number(), calls: count }),
  lastSuccessAt: at.nullable(),
}) satisfies z.ZodType<CircuitEntry>;

export const circuits = z.object({ now: at, seq: z.number(), circuits: z.array(circuit) });

const durable = z.boolean().describe('False: it took effect, but is not on disk yet');

export const acted = circuit.extend({ durable }) satisfies z.ZodType<ActedEntry>;

export const probed = z.object({
  ok: z.boolean(),
  word: z.string().describe('As in a trail: `ok`, a status, `firstToken`, …'),
  status: z.number().nullable(),
  ms: z.number(),
  costNanoUsd: money,
  entry: circuit,
  durable,
}) satisfies z.ZodType<Probed>;

export const about = z.object({
  version: z.string(),
  environment: z.string(),
  node: z.string(),
  now: at,
  startedAt: at,
  timeZone: z.string(),
  who: z.string(),
  role: z.enum(roles),
  gatewayUrl: z.string(),
  chains: z.array(z.string()),
  demo: z.boolean(),
  empty: z.boolean(),
  curl: z.string(),
}) satisfies z.ZodType<About>;

export const noted = z.object({ id: z.number().describe('Of the note; 0 for a star') });

const audited = z.object({
  id: z.string(),
  at,
  who: z.string(),
  what: z.string(),
  subject: z.string().nullable(),
  reason: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
  outcome: z.enum(['done', 'refused']),
  from: z.string().nullable(),
}) satisfies z.ZodType<AuditRecord>;

export const auditPage = pageOf(audited);
