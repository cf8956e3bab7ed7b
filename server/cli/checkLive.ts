import { LIVE_TOKENS_MAX, type LiveReport, livePlan } from '../core/liveCheck.ts';
import type { ProviderSettings } from '../core/settings.ts';
import { type Cell, printable, table } from './text.ts';
import { CliError, type CliWorld, columnsOf } from './world.ts';

/** `check FILE --live`: asks every provider of the config a few short questions, and says what each can do. 1 when one fails. */
export async function liveCheck(
  world: CliWorld,
  providers: readonly ProviderSettings[],
  options: { json: boolean },
): Promise<void> {
  if (!world.checkLive) throw new CliError(1, 'This program cannot call providers: run the whole of it.');
  // Data goes to stdout alone.
  (options.json ? world.stderr : world.stdout).write(`${planSentence(providers)}\n`);
  const reports = await world.checkLive(providers);
  if (options.json) world.stdout.write(`${JSON.stringify({ reports }, null, 2)}\n`);
  else world.stdout.write(`${[...reportLines(reports, columnsOf(world)), ''].join('\n')}`);
  const failed = reports.filter(({ ok }) => !ok).map(({ provider }) => provider);
  if (failed.length > 0) {
    throw new CliError(
      1,
      `${failed.length} of ${reports.length} providers failed: ${failed.map(printable).join(', ')}.`,
    );
  }
  if (!options.json) world.stdout.write('Every provider does what the config says of it.\n');
}

function planSentence(providers: readonly ProviderSettings[]): string {
  const { calls, costNanoUsd, unpriced } = livePlan(providers);
  const priced = unpriced.length < providers.length ? `, at most ${dollars(costNanoUsd)} in all` : '';
  const without = unpriced.length > 0 ? ` (no price is known of ${unpriced.map(printable).join(', ')})` : '';
  return `Asking ${count(providers.length, 'provider')}: at most ${count(calls, 'call')} of ${LIVE_TOKENS_MAX} tokens each${priced}${without}.`;
}

/** The table, and under it a line for each remark. */
function reportLines(reports: readonly LiveReport[], columns: number): string[] {
  const head = ['PROVIDER', 'REACHABLE', 'KEY', 'MODEL', 'STREAM', 'USAGE', 'TOOLS', 'PREFILL', 'FIRST TOKEN', 'COST'];
  const rows = reports.map((report): Cell[] =>
    [
      printable(report.provider),
      ...(['reachable', 'key', 'model', 'stream', 'usage', 'tools', 'prefill'] as const).map((name) => report[name]),
      report.firstTokenMs === null ? '–' : `${report.firstTokenMs} of ${report.firstTokenClockMs} ms`,
      report.costNanoUsd === null ? 'unknown' : dollars(report.costNanoUsd),
    ].map((text) => ({ text })),
  );
  const remarks = reports.flatMap(({ provider, remarks: own }) => own.map((text) => `${provider}: ${text}`));
  return [...table(head, rows, columns), ...remarks.map((text) => printable(text))];
}

/** Fractions of a cent are what this is about. */
function dollars(nanoUsd: number): string {
  return `$${(nanoUsd / 1_000_000_000).toFixed(6)}`;
}

function count(things: number, noun: string): string {
  return `${things} ${noun}${things === 1 ? '' : 's'}`;
}
