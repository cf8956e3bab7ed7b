import { gzipSync } from 'node:zlib';
import type { SimpleFault } from '../core/fault.ts';
import type { Answer } from './answer.ts';
import { badRequest, type ErrorAnswer, type ErrorContext, errorAnswer, errorInside, page } from './errors.ts';
import { emptyChoicesFrames, type Frame, plainBody, streamFrames } from './frames.ts';
import type { ChatRequest } from './request.ts';

/** What is done to a call, step by step; `play.ts` does it. */
export type Step =
  | { do: 'wait'; ms: number }
  | { do: 'head'; status: number; headers: Record<string, string> }
  /** `apart`: on the wire before the next one is written. */
  | { do: 'send'; bytes: string | Buffer; tokens: number; apart: boolean }
  /** Again and again until the caller leaves. */
  | { do: 'repeat'; bytes: string; everyMs: number }
  | { do: 'end' }
  /** The connection is closed in the middle of things. */
  | { do: 'close' }
  | { do: 'reset' }
  /** Nothing more, until the caller leaves. */
  | { do: 'hang' };

export interface ScriptOptions {
  fault: SimpleFault;
  answer: Answer;
  request: ChatRequest;
  /** Before the first byte. */
  delayMs: number;
  /** Before each token after the first. */
  gapMs: number;
  error: ErrorContext;
}

/** The steps of one call under a fault. Pure. */
export function writeScript(options: ScriptOptions): Step[] {
  const { fault, request, delayMs } = options;
  if (fault.word === 'silent') return [{ do: 'hang' }];
  if (fault.word === 'refuse' || (fault.word === 'reset' && !fault.afterTokens))
    return [...pause(delayMs), { do: 'reset' }];
  if (fault.status !== null) return [...pause(delayMs), ...errorSteps(errorAnswer(fault, options.error))];
  if (fault.word === 'prefill-refused' && request.begun !== null) {
    const body =
      'This model does not support assistant message prefill. The conversation must end with a user message.';
    return [...pause(delayMs), ...errorSteps(badRequest(400, body, 'messages'))];
  }
  const stream = fault.word === 'stream-for-json' || (request.stream && fault.word !== 'json-for-stream');
  return stream ? streamScript(options) : plainScript(options);
}

export function errorSteps({ status, headers, body }: ErrorAnswer): Step[] {
  return [head(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) }), send(body), { do: 'end' }];
}

const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
const JSON_BODY = { 'content-type': 'application/json' };
const PING_MS = 1_000;

function streamScript(options: ScriptOptions): Step[] {
  const { fault, answer, request, delayMs, gapMs } = options;
  const start = [...pause(delayMs), head(200, EVENT_STREAM)];
  const frames = framesFor(options);
  switch (fault.word) {
    case 'headers-only':
      return [...start, { do: 'hang' }];
    case 'role-only':
      return [...start, ...sendFrames(frames.slice(0, 1), 0), { do: 'hang' }];
    case 'pings':
      return [...start, { do: 'repeat', bytes: ': keep-alive\n\n', everyMs: fault.pace.gapMs ?? PING_MS }];
    case 'empty':
      return [...start, { do: 'end' }];
    case 'html':
      return [...pause(delayMs), ...errorSteps({ ...page(503, 'Maintenance'), status: 200 })];
    case 'error-inside':
      return [...start, send(errorEvent(fault)), { do: 'end' }];
    case 'empty-choices':
      return [...start, ...sendFrames(emptyChoicesFrames(answer), gapMs), { do: 'end' }];
    case 'gzip':
      return gzipSteps(delayMs, EVENT_STREAM, frames.map((frame) => frame.text).join(''));
    case 'crlf':
      return [...start, ...sendFrames(frames.map(withCrlf), gapMs), { do: 'end' }];
    case 'split':
      return [...start, ...frames.flatMap((frame) => bytesApart(frame.text, frame.token)), { do: 'end' }];
    case 'malformed':
      return malformedSteps(start, frames, options);
    default:
      break;
  }
  const strike = strikeFor(fault, request);
  if (!strike) return [...start, ...sendFrames(frames, gapMs), { do: 'end' }];
  const before = framesBefore(frames, fault.afterTokens ?? 0);
  const half = fault.word === 'multibyte-cut' ? [sendBytes(halfCharacter(frames[before.length]))] : [];
  return [...start, ...sendFrames(before, gapMs), ...half, ...strike];
}

function plainScript(options: ScriptOptions): Step[] {
  const { fault, answer, request, delayMs, gapMs } = options;
  const tokens = answer.choices.reduce((sum, choice) => sum + choice.deltas.length, 0);
  // A plain provider sends nothing before it has thought of everything.
  const wait = pause(delayMs + gapMs * Math.max(0, tokens - 1));
  const body = JSON.stringify(plainBodyFor(fault, answer));
  const whole = (text: string | Buffer) => [
    ...wait,
    head(200, { ...JSON_BODY, 'content-length': String(Buffer.byteLength(text)) }),
    send(text, tokens),
    end,
  ];
  switch (fault.word) {
    case 'headers-only':
    case 'role-only':
      return [...pause(delayMs), head(200, JSON_BODY), { do: 'hang' }];
    case 'pings':
      return [
        ...pause(delayMs),
        head(200, JSON_BODY),
        { do: 'repeat', bytes: '\n', everyMs: fault.pace.gapMs ?? PING_MS },
      ];
    case 'empty':
      return [...wait, head(200, { ...JSON_BODY, 'content-length': '0' }), end];
    case 'html':
      return [...wait, ...errorSteps({ ...page(503, 'Maintenance'), status: 200 })];
    case 'malformed':
      return whole(`${body.slice(0, 60)} oops`);
    case 'gzip':
      return gzipSteps(delayMs + gapMs * tokens, JSON_BODY, body);
    case 'crlf':
      return whole(JSON.stringify(JSON.parse(body), null, 2).replaceAll('\n', '\r\n'));
    case 'split':
      return [...wait, head(200, JSON_BODY), ...bytesApart(body, true), end];
    default:
      break;
  }
  const strike = fault.word === 'error' ? null : strikeFor(fault, request);
  if (!strike) return whole(body);
  const bytes = Buffer.from(body);
  const part = Math.floor(
    (bytes.length * (fault.afterTokens ?? 0)) / Math.max(1, tokens, (fault.afterTokens ?? 0) + 1),
  );
  return [
    ...wait,
    head(200, { ...JSON_BODY, 'content-length': String(bytes.length) }),
    sendBytes(fault.word === 'multibyte-cut' ? halfCharacter({ text: body, token: true }) : bytes.subarray(0, part)),
    ...strike,
  ];
}

const end: Step = { do: 'end' };

/** How a fault that comes amid an answer ends it, or null for a fault that does not. */
function strikeFor(fault: SimpleFault, request: ChatRequest): Step[] | null {
  switch (fault.word) {
    case 'cut':
    case 'multibyte-cut':
      return [{ do: 'close' }];
    case 'tool-call':
      return fault.variant === 'cut' ? [{ do: 'close' }] : null;
    case 'reset':
      return [{ do: 'reset' }];
    case 'stall':
      return [{ do: 'hang' }];
    case 'error':
      return request.stream ? [send(errorEvent(fault)), end] : null;
    default:
      return null;
  }
}

function plainBodyFor(fault: SimpleFault, answer: Answer): Record<string, unknown> {
  if (fault.word === 'error-inside' || fault.word === 'error') return errorInside(fault.code ?? 503);
  if (fault.word === 'empty-choices') return { ...plainBody(answer), choices: [] };
  return plainBody(answer, fault.word !== 'no-finish');
}

function framesFor({ fault, answer, request }: ScriptOptions): Frame[] {
  const done = fault.word === 'no-finish' ? fault.variant === 'done' : fault.word !== 'no-done';
  return streamFrames(answer, { includeUsage: request.includeUsage, finish: fault.word !== 'no-finish', done });
}

function malformedSteps(start: Step[], frames: Frame[], { fault, gapMs }: ScriptOptions): Step[] {
  const bad = 'data: {"id":"chatcmpl-broken","choices":[{"delta":{"conte\n\n';
  if (!fault.afterTokens) return [...start, send(bad), end];
  const before = framesBefore(frames, fault.afterTokens);
  const after = frames.slice(before.length);
  return [...start, ...sendFrames(before, gapMs), send(bad), ...sendFrames(after, gapMs), end];
}

/** The frames up to and with the n-th token; an answer that is shorter goes up to its last. */
function framesBefore(frames: Frame[], tokens: number): Frame[] {
  let seen = 0;
  const next = frames.findIndex((frame) => frame.token && ++seen > tokens);
  return frames.slice(0, next < 0 ? frames.findLastIndex((frame) => frame.token) + 1 : next);
}

function sendFrames(frames: Frame[], gapMs: number): Step[] {
  let tokens = 0;
  return frames.flatMap((frame) => {
    const sent = send(frame.text, frame.token ? 1 : 0);
    return frame.token && tokens++ > 0 ? [...pause(gapMs), sent] : [sent];
  });
}

/** The frame up to the middle of a character of several bytes, which is put in where it has none. */
function halfCharacter(frame: Frame | undefined): Buffer {
  const text = frame?.text ?? 'data: ';
  const at = text.indexOf('"content":"') + '"content":"'.length;
  return Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from('漢').subarray(0, 2)]);
}

function bytesApart(text: string, token: boolean): Step[] {
  const bytes = Buffer.from(text);
  return Array.from(bytes, (_, at) => ({
    do: 'send' as const,
    bytes: bytes.subarray(at, at + 1),
    tokens: token && at === bytes.length - 1 ? 1 : 0,
    apart: true,
  }));
}

const GZIP_PIECE_BYTES = 100;

function gzipSteps(delayMs: number, headers: Record<string, string>, text: string): Step[] {
  const bytes = gzipSync(text);
  const pieces: Step[] = [];
  for (let at = 0; at < bytes.length; at += GZIP_PIECE_BYTES)
    pieces.push(sendBytes(bytes.subarray(at, at + GZIP_PIECE_BYTES)));
  return [...pause(delayMs), head(200, { ...headers, 'content-encoding': 'gzip' }), ...pieces, end];
}

function withCrlf(frame: Frame): Frame {
  return { ...frame, text: frame.text.replaceAll('\n', '\r\n') };
}

function errorEvent(fault: SimpleFault): string {
  return `data: ${JSON.stringify(errorInside(fault.code ?? 503))}\n\n`;
}

function pause(ms: number): Step[] {
  return ms > 0 ? [{ do: 'wait', ms }] : [];
}

function head(status: number, headers: Record<string, string>): Step {
  return { do: 'head', status, headers };
}

function send(bytes: string | Buffer, tokens = 0): Step {
  return { do: 'send', bytes, tokens, apart: false };
}

function sendBytes(bytes: Buffer): Step {
  return send(bytes);
}
