/** The lines of "How long it took": each is a figure of a point. */
export const lines = [
  { key: 'firstTokenP50Ms', label: 'first token, p50', color: 'var(--band-1)', dashed: false },
  { key: 'firstTokenP95Ms', label: 'first token, p95', color: 'var(--band-1)', dashed: true },
  { key: 'durationP50Ms', label: 'whole answer, p50', color: 'var(--band-4)', dashed: false },
  { key: 'durationP95Ms', label: 'whole answer, p95', color: 'var(--band-4)', dashed: true },
] as const;
