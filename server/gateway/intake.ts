import type { IncomingMessage } from 'node:http';
import type { ApiError } from '../core/errors.ts';
import type { Limits } from './limits.ts';

export type Intake =
  | { taken: true; body: Buffer; free: () => void }
  | { taken: false; error: ApiError }
  /** The caller went away before its body was whole. */
  | { taken: false; error: null };

/** Reads a request's body, held against both bounds. The bytes stay counted until `free` is called. */
export function takeBody(request: IncomingMessage, bounds: { limits: Limits; bodyBytes: number }): Promise<Intake> {
  const { limits, bodyBytes } = bounds;
  const parts: Buffer[] = [];
  let bytes = 0;
  let weight = 0;
  if (request.destroyed) return Promise.resolve({ taken: false, error: null });
  if (Number(request.headers['content-length'] ?? 0) > bodyBytes) {
    return Promise.resolve({ taken: false, error: tooLarge(bodyBytes) });
  }
  return new Promise((resolve) => {
    const free = () => {
      limits.freeBytes(bytes);
      limits.freeWeight(weight);
      bytes = 0;
      weight = 0;
    };
    const settle = (intake: Intake) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      // A late error of a body that nobody reads any more must not end the process.
      request.on('error', () => {});
      if (!intake.taken) free();
      resolve(intake);
    };
    const onData = (part: Buffer) => {
      if (bytes + part.length > bodyBytes) return settle({ taken: false, error: tooLarge(bodyBytes) });
      if (!limits.takeBytes(part.length, bytes)) return settle({ taken: false, error: noRoom });
      bytes += part.length;
      parts.push(part);
    };
    const onEnd = () => {
      const body = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
      const taken = limits.takeWeight(body);
      if (typeof taken === 'string') return settle({ taken: false, error: taken === 'full' ? noMemory : tooHeavy });
      weight = taken;
      settle({ taken: true, body, free });
    };
    const onClose = () => settle({ taken: false, error: null });
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

function tooLarge(bodyBytes: number): ApiError {
  return {
    code: 'body_too_large',
    message: `The request body is larger than ${bodyBytes} bytes (limits.body): send a smaller one, or raise the limit in the config.`,
  };
}

const tooHeavy: ApiError = {
  code: 'body_too_large',
  message:
    'Read and sent on, this request body would take more memory than the gateway has for bodies: send a smaller one, or one of fewer and longer parts, or give Node more memory (--max-old-space-size).',
};

const noMemory: ApiError = {
  code: 'too_many_body_bytes',
  message:
    'The bodies of all requests in flight take up the memory that the gateway has for them: try again in a moment, or give Node more memory (--max-old-space-size).',
};

const noRoom: ApiError = {
  code: 'too_many_body_bytes',
  message:
    'The bodies of all requests in flight together are as large as the gateway allows (limits.bodies): try again in a moment.',
};
