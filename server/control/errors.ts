import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import type { CircuitEntry } from '../core/circuit/types.ts';
import type { OperationErrorCode } from '../operations/errors.ts';
import { OperationError } from '../operations/errors.ts';

/** What each code of a verb is in tRPC, and so in HTTP. */
const trpcCodes: Record<OperationErrorCode, TRPCError['code']> = {
  not_found: 'NOT_FOUND',
  conflict: 'CONFLICT',
  bad_request: 'BAD_REQUEST',
  forbidden: 'FORBIDDEN',
  unavailable: 'SERVICE_UNAVAILABLE',
};

/** The one translator from what verbs throw to what tRPC says. */
export function toTrpcError(error: TRPCError): TRPCError {
  const { cause } = error;
  if (!(cause instanceof OperationError)) return error;
  return new TRPCError({ code: trpcCodes[cause.code], message: cause.message, cause });
}

/** True: nobody foresaw it. It is logged whole and shown as a general sentence. */
export function isUnknown(error: TRPCError): boolean {
  return error.code === 'INTERNAL_SERVER_ERROR';
}

/** The error as a client sees it: a sentence, the circuit as it stands with a conflict, and never what is inside. */
export function shownError<Shape extends { message: string; data: object }>(
  shape: Shape,
  error: TRPCError,
): Shape & { data: Shape['data'] & { entry: CircuitEntry | null } } {
  const entry = error.cause instanceof OperationError ? error.cause.entry : null;
  return { ...shape, message: sentenceOf(error), data: { ...shape.data, entry } };
}

/** What a client is told of it. */
export function sentenceOf(error: TRPCError): string {
  if (isUnknown(error))
    return 'Something went wrong inside. Nothing is known to have changed; the log of the program has the whole of it.';
  if (error.cause instanceof ZodError) return error.cause.issues.map(issueSentence).join('; ');
  if (error.cause instanceof SyntaxError) return `The input is not JSON: ${error.cause.message}`;
  return error.message;
}

function issueSentence(issue: ZodError['issues'][number]): string {
  const where = issue.path.join('.');
  return where === '' ? issue.message : `${where}: ${issue.message}`;
}
