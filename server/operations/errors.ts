import type { CircuitEntry } from '../core/circuit/types.ts';
import { nearest } from '../core/nearest.ts';

/** Why a verb did not do what was asked; the closed list. Each transport translates it once. */
export type OperationErrorCode =
  /** There is no such provider, request or file. */
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

/** Names that one sentence holds. */
const mostNames = 20;

/** Nobody and nothing has this name: which was meant, most likely, and which there are. */
export function unknownName(noun: string, name: string, names: readonly string[]): OperationError {
  const meant = nearest(name, names);
  const asked = `There is no ${noun} "${name}"${meant === null ? '.' : `; did you mean "${meant}"?`}`;
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
  const there =
    names.length === 0 ? 'There is none yet.' : `There are: ${names.slice(0, mostNames).join(', ')}${more}.`;
  return new OperationError('not_found', `${asked} ${there}`);
}
