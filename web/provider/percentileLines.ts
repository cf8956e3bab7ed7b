import type { ProviderPoint } from '../../server/core/providerPage.ts';

/** A line of "How long it took": a figure of each point, ms. */
export interface PercentileLine {
  name: string;
  label: string;
  color: string;
  dashed: boolean;
  of: (point: ProviderPoint) => number | null;
}

export const lines: readonly PercentileLine[] = [
  lineOf('first_token_p50_ms', 'first token, p50', ({ firstToken }) => firstToken.p50Ms),
  lineOf('first_token_p95_ms', 'first token, p95', ({ firstToken }) => firstToken.p95Ms),
  lineOf('answer_p50_ms', 'whole answer, p50', ({ answer }) => answer.p50Ms),
  lineOf('answer_p95_ms', 'whole answer, p95', ({ answer }) => answer.p95Ms),
];

function lineOf(name: string, label: string, of: PercentileLine['of']): PercentileLine {
  const color = name.startsWith('first') ? 'var(--band-1)' : 'var(--band-4)';
  return { name, label, color, dashed: name.includes('p95'), of };
}
