import type { CircuitEntry } from '../core/circuit/types.ts';

/** Why a verb did not do what was asked; the closed list. Each transport translates it once. */
export type OperationErrorCode =
  /** There is no such provider or request. */
  | 'not_found'
  /** What the operator was looking at has moved on; nothing changed. */
  | 'conflict'
  | 'bad_request'
  | 'forbidden'
  /** It may pass: asking again later is right. */
  | 'unavailable';

/** A refusal with a sentence for people that says what to do. `entry`: the circuit as it stands, with a conflict. */
export class OperationError extends Error {
  readonly code: OperationErrorCode;
  readonly entry: CircuitEntry | null;

  constructor(code: OperationErrorCode, message: string, more: { entry?: CircuitEntry; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.name = 'OperationError';
    this.code = code;
    this.entry = more.entry ?? null;
  }
}
