import { describe, expect, it } from 'vitest';
import { dialectAt, dialects, prefillOf } from '../../../server/core/dialects/dialects.ts';
import { type DialectName, dialectNames } from '../../../server/core/dialects/types.ts';
import { judge } from '../../../server/core/outcome.ts';
import { deepseekErrors, type ErrorCase, openaiErrors } from '../fixtures/errors.ts';
import { groqErrors, togetherErrors } from '../fixtures/hostErrors.ts';
import { vllmErrors } from '../fixtures/otherErrors.ts';
import { azureErrors, openrouterErrors } from '../fixtures/routerErrors.ts';
import { hosts } from './hosts.ts';
import { makers } from './makers.ts';
import { noon, type Said } from './says.ts';

const said = [...makers, ...hosts];

function verdictOn({ dialect, status, headers = {}, body }: Pick<Said, 'dialect' | 'status' | 'headers' | 'body'>) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return judge({ seen: 'status', status, headers, body: text }, noon, { dialect: dialects[dialect] });
}

describe('an error in the words of its vendor', () => {
  it.each(said)('$dialect: $what', (error) => {
    const verdict = verdictOn(error);
    expect(verdict.kind).toBe(error.kind);
    expect(verdict.circuit.result).toBe(error.circuit);
    expect(verdict.next).toBe(error.next);
    expect(verdict.retryAfterMs).toBe(error.waitMs ?? null);
    if (error.ambiguous !== undefined) expect(verdict.circuit).toMatchObject({ ambiguous: error.ambiguous });
  });

  it('every vendor has some of its own', () => {
    expect(new Set(said.map(({ dialect }) => dialect))).toEqual(new Set(dialectNames));
  });

  const known: [DialectName, ErrorCase[]][] = [
    ['openai', openaiErrors],
    ['deepseek', deepseekErrors],
    ['groq', groqErrors.filter(({ name }) => !name.includes('tool call'))],
    ['together', togetherErrors],
    ['vllm', vllmErrors],
    ['azure', azureErrors],
    ['openrouter', openrouterErrors],
  ];
  it.each(known)('of %s means what the general rules say wherever its table says nothing else', (dialect, errors) => {
    for (const error of errors) {
      const { kind, next } = verdictOn({ dialect, ...error, headers: error.headers ?? {} });
      expect([error.name, kind, next]).toEqual([error.name, error.kind, error.next]);
    }
  });

  it('inside a 200 is judged as outside', () => {
    const error = { message: 'Slow down.', type: 'server_error', code: 'slow_down', status: 503 };
    const verdict = judge({ seen: 'errorInside', error, headers: {} }, noon, { dialect: dialects.openai });
    expect(verdict.kind).toBe('throttled');
  });
});

describe('a table', () => {
  it.each(Object.values(dialects))('of $name is dated and says where it is from', (dialect) => {
    expect(dialects[dialect.name]).toBe(dialect);
    expect(dialect.checkedOn).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(dialect.sources.length).toBeGreaterThan(0);
    const { promptShare, failedShare, source } = dialect.abort;
    for (const share of [promptShare, failedShare]) {
      if (share === null) continue;
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
      if (share > 0) expect(source).toMatch(/^https:/);
    }
  });

  it('opens no circuit by words alone, unless they begin the sentence', () => {
    const opening = new Set(['credentials', 'balance', 'model', 'throttled']);
    for (const { name, errors } of Object.values(dialects)) {
      for (const rule of errors.filter(({ means }) => opening.has(means))) {
        const bound = rule.status || rule.codes || rule.headers || rule.words?.source.startsWith('^');
        expect([name, Boolean(bound)]).toEqual([name, true]);
      }
    }
  });

  it('asks a 400 to begin with the words, since a caller brings one about at will', () => {
    const opening = new Set(['credentials', 'balance', 'model']);
    for (const { errors } of Object.values(dialects)) {
      for (const { means, status, codes, words } of errors) {
        if (!opening.has(means) || codes || !words || !status?.includes(400)) continue;
        expect(words.source).toMatch(/^\^/);
      }
    }
  });
});

describe('a vendor', () => {
  const rows: [string, DialectName | null][] = [
    ['https://api.openai.com/v1', 'openai'],
    ['https://eu.api.openai.com/v1', 'openai'],
    ['https://api.deepseek.com', 'deepseek'],
    ['https://api.groq.com/openai/v1', 'groq'],
    ['https://api.together.xyz/v1', 'together'],
    ['https://api.fireworks.ai/inference/v1', 'fireworks'],
    ['https://openrouter.ai/api/v1', 'openrouter'],
    ['https://api.mistral.ai/v1', 'mistral'],
    ['https://mine.openai.azure.com/openai/v1', 'azure'],
    ['https://api.anthropic.com/v1', 'anthropic'],
    ['https://generativelanguage.googleapis.com/v1beta/openai', 'gemini'],
    ['http://127.0.0.1:8000/v1', null],
    ['https://api.openai.com.example.com/v1', null],
    ['https://notapi.openai.com.example/v1', null],
    ['no address', null],
  ];
  it.each(rows)('at %s is %s', (baseUrl, name) => {
    expect(dialectAt(baseUrl)).toBe(name);
  });

  it('gets a begun answer as it documents, and its other address only where the key is its own', () => {
    const beta = { message: { prefix: true }, body: {}, baseUrl: 'https://api.deepseek.com/beta' };
    expect(prefillOf('deepseek', 'https://api.deepseek.com/v1')).toEqual(beta);
    expect(prefillOf('deepseek', 'https://proxy.example.com/v1')).toBeNull();
    expect(prefillOf('mistral', 'https://proxy.example.com/v1')).toMatchObject({ message: { prefix: true } });
    expect(prefillOf('openai', 'https://api.openai.com/v1')).toBeNull();
  });
});
