import { describe, expect, it } from 'vitest';
import { apiErrors, errorBody, passedOnBody, statusOf } from '../../server/core/errors.ts';

describe('an error for a caller', () => {
  it('has the shape of OpenAI, with the attempts in it', () => {
    const attempts = [{ provider: 'deepseek-v3', outcome: '503', status: 503, ms: 12 }];
    expect(errorBody({ code: 'no_provider_available', message: 'Nobody.' }, attempts)).toEqual({
      error: { message: 'Nobody.', type: 'server_error', code: 'no_provider_available', param: null, attempts },
    });
    expect(errorBody({ code: 'invalid_request', message: 'No.', param: 'model' })).toEqual({
      error: { message: 'No.', type: 'invalid_request_error', code: 'invalid_request', param: 'model', attempts: [] },
    });
  });

  it('of a provider keeps its reason', () => {
    const error = { message: 'Too hot.', type: 'invalid_request_error', code: 'hot', param: 'temperature' };
    expect(passedOnBody(error)).toEqual({ error: { ...error, attempts: [] } });
  });

  it('blames the caller below 500, names what a 429 ran out of, and blames us from 500 on', () => {
    for (const { status, type } of Object.values(apiErrors)) {
      const blamed = status === 429 ? ['requests', 'insufficient_quota'] : ['invalid_request_error'];
      expect(status < 500 ? blamed : ['server_error']).toContain(type);
    }
    expect(statusOf('no_provider_available')).toBe(503);
    expect(statusOf('model_not_found')).toBe(404);
  });
});
