import type { Answer, Choice } from './answer.ts';

/** One piece of a stream; `token` when it carries content. */
export interface Frame {
  text: string;
  token: boolean;
}

export interface StreamOptions {
  includeUsage: boolean;
  finish: boolean;
  done: boolean;
}

/** The whole stream of an answer: role, tokens (choices in turn), finish, usage, `[DONE]`. */
export function streamFrames(answer: Answer, options: StreamOptions): Frame[] {
  const { includeUsage } = options;
  const chunk = (choices: unknown[]) => chunkFrame(answer, choices, includeUsage ? { usage: null } : {});
  const frames = answer.choices.map((_, index) => chunk([choiceOf(index, { role: 'assistant', content: '' }, null)]));
  const longest = Math.max(...answer.choices.map((choice) => choice.deltas.length));
  for (let at = 0; at < longest; at++) {
    answer.choices.forEach((choice, index) => {
      const delta = choice.deltas[at];
      if (delta) frames.push({ ...chunk([choiceOf(index, delta, null)]), token: true });
    });
  }
  if (options.finish) {
    frames.push(...answer.choices.map((choice, index) => chunk([choiceOf(index, {}, choice.finish)])));
    if (includeUsage) frames.push(chunkFrame(answer, [], { usage: answer.usage }));
  }
  if (options.done) frames.push({ text: 'data: [DONE]\n\n', token: false });
  return frames;
}

/** A chunk that has no choices at all, as some gateways send when they have nothing to say. */
export function emptyChoicesFrames(answer: Answer): Frame[] {
  return [chunkFrame(answer, [], {}), { text: 'data: [DONE]\n\n', token: false }];
}

/** The body of a plain answer. */
export function plainBody(answer: Answer, finish = true): Record<string, unknown> {
  return {
    id: answer.id,
    object: 'chat.completion',
    created: answer.created,
    model: answer.model,
    choices: answer.choices.map((choice: Choice, index) => ({
      index,
      message: { role: 'assistant', ...choice.message },
      logprobs: null,
      finish_reason: finish ? choice.finish : null,
    })),
    usage: answer.usage,
    system_fingerprint: 'fp_simulated',
    ...(answer.echo && { x_echo: answer.echo }),
  };
}

function chunkFrame(answer: Answer, choices: unknown[], more: Record<string, unknown>): Frame {
  const body = {
    id: answer.id,
    object: 'chat.completion.chunk',
    created: answer.created,
    model: answer.model,
    system_fingerprint: 'fp_simulated',
    choices,
    ...more,
    ...(answer.echo && { x_echo: answer.echo }),
  };
  return { text: `data: ${JSON.stringify(body)}\n\n`, token: false };
}

function choiceOf(index: number, delta: Record<string, unknown>, finish: string | null) {
  return { index, delta, logprobs: null, finish_reason: finish };
}
