import type { DialectName } from '../../../server/core/dialects/types.ts';
import type { CircuitEffect, FailureKind, Verdict } from '../../../server/core/wire.ts';

/** An error answer as one vendor writes it (after its shape, in our words), and what it means there. */
export interface Said {
  dialect: DialectName;
  what: string;
  status: number;
  headers?: Record<string, string>;
  body: unknown;
  kind: FailureKind;
  circuit: CircuitEffect['result'];
  next: Verdict['next'];
  /** Ms to stay away; not given: none is named. */
  waitMs?: number;
  /** For a failure. */
  ambiguous?: boolean;
}

export const noon = Date.UTC(2026, 10, 22, 12, 0, 0);

/** OpenAI's envelope, which most share. */
export const envelope = (message: string, type: string | null, code: string | number | null = null): unknown => ({
  error: { message, type, param: null, code },
});
