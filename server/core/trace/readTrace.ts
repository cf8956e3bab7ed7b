import { MOST_CHARACTERS, type Trace, traceFormat, traceShape, traceVersion } from './trace.ts';

/** Problems that are told of one file at most. */
const mostProblems = 5;

/** A trace from the text of a file, or what is wrong with it, in sentences that say what to do. Never throws. */
export function readTrace(text: string): { ok: true; trace: Trace } | { ok: false; problems: string[] } {
  const refused = (...problems: string[]) => ({ ok: false as const, problems });
  if (text.length > MOST_CHARACTERS) {
    return refused(`has more than ${MOST_CHARACTERS} characters: is it a trace of export-outage?`);
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return refused('is not JSON, or not whole: write it anew with export-outage');
  }
  const head = headOf(data);
  if (head.format !== traceFormat) {
    return refused(`is not a trace: its "format" is not "${traceFormat}". Traces are written by export-outage`);
  }
  if (head.version !== traceVersion) {
    const newer = typeof head.version === 'number' && head.version > traceVersion;
    const advice = newer ? 'take a newer recloser' : 'write it anew with export-outage';
    return refused(`is of version ${JSON.stringify(head.version)}, and this program reads ${traceVersion}: ${advice}`);
  }
  const read = traceShape.safeParse(data);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
    const more = problems.length - mostProblems;
    return refused(...problems.slice(0, mostProblems), ...(more > 0 ? [`and ${more} more`] : []));
  }
  const late = read.data.steps.findIndex(({ at }, place, all) => at < (all[place - 1]?.at ?? 0));
  if (late >= 0) return refused(`steps.${late}: is earlier than the step before it; steps stand in order of time`);
  return { ok: true, trace: read.data };
}

function headOf(data: unknown): { format?: unknown; version?: unknown } {
  return typeof data === 'object' && data !== null ? data : {};
}
