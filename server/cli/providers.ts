import { type Command, Option } from 'commander';
import { dollars, share, span, utc, wordOf } from '../core/incidents/words.ts';
import type { Counts } from '../core/minutes.ts';
import { showCount } from '../core/numbers.ts';
import type { ProviderPage } from '../core/providerPage.ts';
import { causeSentence } from '../core/sentences.ts';
import { wholeNumber } from './acts.ts';
import { stateWord } from './circuitTable.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { lines, linesOf, list } from './print.ts';
import { printable } from './text.ts';
import type { CliWorld } from './world.ts';

interface ProvidersOptions extends ClientOptions {
  range: '1h' | '6h' | '24h' | '7d';
}

/** `providers`, `events` and `preview`: how each provider did, what its circuit went through, and what a trip would do. */
export function addProviders(program: Command, world: CliWorld): void {
  withClientOptions(program.command('providers'))
    .description('how each provider did; with a name, one with its failures and settings')
    .argument('[name]', 'one provider')
    .addOption(new Option('--range <time>', 'of so long until now').choices(['1h', '6h', '24h', '7d']).default('1h'))
    .action((name: string | undefined, options: ProvidersOptions) =>
      name === undefined ? all(world, options) : one(world, name, options),
    );
  withClientOptions(program.command('events'))
    .description('what moved the circuits, the newest first')
    .option('--limit <rows>', 'so many, at most 500', wholeNumber, 20)
    .option('--provider <name>', 'only of this provider')
    .option('--before <cursor>', 'the page after this cursor')
    .action((options: EventsOptions) => events(world, options));
  withClientOptions(program.command('preview'))
    .description('what a trip of this provider would have done to the last minutes; nothing changes')
    .argument('<provider>', 'its name in the config')
    .action((provider: string, options: ClientOptions) =>
      withClient(world, options, async (client) => {
        const preview = await client.circuits.preview.query({ provider });
        if (options.json) return void world.stdout.write(`${JSON.stringify(preview)}\n`);
        lines(world, [printable(preview.sentence)]);
      }),
    );
}

function all(world: CliWorld, options: ProvidersOptions): Promise<void> {
  const { range } = options;
  return withClient(world, options, async (client) => {
    const { circuits } = await client.circuits.list.query();
    const pages: ProviderPage[] = [];
    for (const { provider } of circuits) pages.push(await client.providers.get.query({ provider, range }));
    list(world, options, {
      data: pages,
      rows: pages,
      head: ['PROVIDER', 'STATE', 'CLOSED', 'CALLS', 'FAILED', 'SKIPPED', 'FIRST TOKEN P50', 'P95', 'COST', 'MODEL'],
      cells: ({ entry, model, totals }) => [
        entry.provider,
        stateWord(entry.state),
        totals.closedShare === null ? '–' : share(totals.closedShare, 1),
        showCount(totals.attempts),
        showCount(totals.failed),
        showCount(totals.skipped),
        time(totals.firstToken.p50Ms),
        time(totals.firstToken.p95Ms),
        costOf(totals),
        model,
      ],
      none: 'There are no providers.',
    });
  });
}

function one(world: CliWorld, provider: string, options: ProvidersOptions): Promise<void> {
  return withClient(world, options, async (client) => {
    const page = await client.providers.get.query({ provider, range: options.range });
    if (options.json) return void world.stdout.write(`${JSON.stringify(page)}\n`);
    const { entry, model, totals, chains, effective } = page;
    const why = causeSentence(entry);
    const settings = linesOf(world, {
      ...{ rows: effective, head: ['SETTING', 'VALUE', 'FROM'], none: 'It is not known where its settings came from.' },
      cells: ({ key, value, from, where }) => [key, value, where === null ? from : `${from}: ${where}`],
    });
    lines(world, [
      printable(`${entry.provider} (${model}) is ${stateWord(entry.state)}${why === '' ? '' : `: ${why}`}.`),
      `In the last ${options.range}: ${showCount(totals.attempts)} calls, ${showCount(totals.failed)} failed, ${showCount(totals.skipped)} times skipped, ${costOf(totals)}.`,
      `First token ${time(totals.firstToken.p50Ms)} (p95 ${time(totals.firstToken.p95Ms)}), whole answers ${time(totals.answer.p50Ms)} (p95 ${time(totals.answer.p95Ms)}).`,
      `Failures: ${counted(totals.failures)}. Skips: ${counted(totals.skips)}.`,
      printable(
        `In chains: ${chains.map((each) => `${each.chain} (${each.providers.join(', ')})`).join('; ') || 'none'}.`,
      ),
      '',
      ...settings,
    ]);
  });
}

function costOf({ costNanoUsd, unpriced }: ProviderPage['totals']): string {
  return `${dollars(costNanoUsd)}${unpriced > 0 ? ` and ${showCount(unpriced)} calls without a price` : ''}`;
}

function time(ms: number | null): string {
  return ms === null ? '–' : span(ms);
}

function counted(counts: Counts): string {
  const entries = Object.entries(counts).sort(([, one], [, other]) => other - one);
  return entries.map(([kind, count]) => `${showCount(count)} ${wordOf(kind)}`).join(', ') || 'none';
}

interface EventsOptions extends ClientOptions {
  limit: number;
  provider?: string;
  before?: string;
}

function events(world: CliWorld, options: EventsOptions): Promise<void> {
  const { limit, provider, before } = options;
  return withClient(world, options, async (client) => {
    const page = await client.events.list.query({ limit, provider, before });
    list(world, options, {
      ...page,
      data: page,
      head: ['WHEN (UTC)', 'PROVIDER', 'FROM', 'TO', 'BY', 'WHY'],
      cells: (event) => [
        utc(event.at),
        event.provider,
        stateWord(event.from),
        stateWord(event.to),
        event.by,
        causeSentence(event),
      ],
      none: 'No circuit has moved yet.',
    });
  });
}
