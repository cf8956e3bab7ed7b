/** The place of one request in a trace (W3C Trace Context), and the ids of its spans, which are known before they begin. */
export interface RequestTrace {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits: the span of the request; its attempts count on from it. */
  spanId: string;
  /** The caller's span, or null: the trace begins here. */
  parentId: string | null;
  sampled: boolean;
  /** The caller's `tracestate`, or null. */
  state: string | null;
  /** What the answers of its attempts said of themselves, by ordinal. */
  readonly told: Map<number, ToldInShort>;
}

/** What the end of an answer says: the model as its provider calls it, and each choice's finish reason by its index. */
export interface Told {
  model: string | null;
  finishReasons: ReadonlyMap<number, string>;
}

/** Cut to what a span may hold; reasons in the order of the choices. */
export interface ToldInShort {
  model: string | null;
  finishReasons: readonly string[];
}

/** Headers of a request, names in lower case. */
export type TraceHeaders = Readonly<Record<string, string | string[] | undefined>>;

const STATE_CHARACTERS = 512;
/** Names as providers give them, and how many. */
const TOLD_CHARACTERS = 128;
const TOLD_REASONS = 128;
const SPAN_IDS = 2n ** 64n;

/** What a caller's headers say of its trace; null: nothing that can be read, so a trace begins here. */
export function readTraceParent(headers: TraceHeaders): Omit<RequestTrace, 'spanId' | 'told'> | null {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string') return null;
  const found = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(traceparent.trim());
  if (!found) return null;
  const [, version = '', traceId = '', parentId = '', flags = '', more] = found;
  // Version 00 has these four parts and no more; later ones may have more.
  if (version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1, state: readState(tracestate) };
}

/** It goes out again as it came: what is too long, or no text of a header, is left out whole. */
function readState(tracestate: string | string[] | undefined): string | null {
  const text = typeof tracestate === 'string' ? tracestate.trim() : '';
  return text.length <= STATE_CHARACTERS && /^[\x20-\x7e]+$/.test(text) ? text : null;
}

/** The span of an attempt. `ordinal`: its place among the steps, from 0. */
export function attemptSpanId({ spanId }: RequestTrace, ordinal: number): string {
  const id = (BigInt(`0x${spanId}`) + BigInt(ordinal + 1)) % SPAN_IDS;
  // All noughts are no id; nothing comes near the number of steps that would make this one a double.
  return (id === 0n ? SPAN_IDS / 2n : id).toString(16).padStart(16, '0');
}

/** Notes what the answer of an attempt said of itself. */
export function tellTrace(trace: RequestTrace, ordinal: number, { model, finishReasons }: Told): void {
  const inOrder = [...finishReasons].slice(0, TOLD_REASONS).sort(([one], [other]) => one - other);
  trace.told.set(ordinal, {
    model: model === null ? null : model.slice(0, TOLD_CHARACTERS),
    finishReasons: inOrder.map(([, reason]) => reason.slice(0, TOLD_CHARACTERS)),
  });
}

/** W3C Trace Context as it goes out with an attempt: our span, and the caller's own entries as they came. */
export function traceHeadersOf(trace: RequestTrace, ordinal: number): OutgoingTrace {
  const traceparent = `00-${trace.traceId}-${attemptSpanId(trace, ordinal)}-${trace.sampled ? '01' : '00'}`;
  return trace.state === null ? { traceparent } : { traceparent, tracestate: trace.state };
}

export type OutgoingTrace = Readonly<{ traceparent: string; tracestate?: string }>;

/** Gives each request its place. */
export interface Tracer {
  begin(headers: TraceHeaders): RequestTrace;
}
