import { type Command, Option } from 'commander';
import { dollarsBeside, plural, range, span } from '../core/incidents/words.ts';
import { showCount } from '../core/numbers.ts';
import { knownOf } from '../core/savings/known.ts';
import { type Grouping, groupings, type SavingsSummary } from '../core/savings/summary.ts';
import type { Figures } from '../core/savings/types.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { type Times, timesOf, withTimes } from './moment.ts';
import { lines, linesOf } from './print.ts';
import type { CliWorld } from './world.ts';

interface SavingsOptions extends ClientOptions, Times {
  by: Grouping;
  zone: string;
}

/** `savings`: what leaving broken providers alone has saved, as ranges. */
export function addSavings(program: Command, world: CliWorld): void {
  withTimes(withClientOptions(program.command('savings')))
    .description('what leaving broken providers alone has saved, as ranges; without times, of the last day')
    .addOption(new Option('--by <group>', 'each group in a line').choices([...groupings]).default('provider'))
    .option('--zone <name>', 'time zone of the days, as in Europe/Berlin', 'UTC')
    .action((options: SavingsOptions) =>
      withClient(world, options, async (client) => {
        const { by, zone } = options;
        const times = await timesOf(client, options);
        const summary = await client.savings.summary.query({ by, zone, ...times });
        if (options.json) return void world.stdout.write(`${JSON.stringify(summary)}\n`);
        lines(world, [...groupLines(world, by, summary), '', ...totalLines(summary)]);
      }),
    );
}

interface Group {
  name: string;
  figures: Figures;
}

const columns = ['SKIPS', 'AVOIDED', 'WAITING SPARED', 'SPEND AVOIDED', 'PREMIUM', 'NET'];

function groupLines(world: CliWorld, by: Grouping, summary: SavingsSummary): string[] {
  const rows = groupsOf(by, summary);
  return linesOf(world, { rows, head: [by.toUpperCase(), ...columns], cells, none: 'Nothing was left alone.' });
}

function groupsOf(by: Grouping, { providers, days, incidents }: SavingsSummary): Group[] {
  if (by === 'provider') return providers.map(({ provider, figures }) => ({ name: provider, figures }));
  if (by === 'day') return days.map(({ day, figures }) => ({ name: day, figures }));
  return incidents.map(({ id, title, figures }) => ({ name: id === null ? 'no incident' : `${id} ${title}`, figures }));
}

function cells({ name, figures }: Group): string[] {
  const { skips, attempts } = figures;
  const { waiting, spend, premium, net } = shownOf(figures);
  return [name, showCount(skips), range(attempts, showCount), waiting, spend, premium, net];
}

/** `–`: not known, which is not nothing. */
function shownOf(figures: Figures): Record<'waiting' | 'spend' | 'premium' | 'net', string> {
  const { waitingMs, spend, premium, net } = figures;
  const known = knownOf(figures);
  return {
    waiting: known.waitingMs ? range(waitingMs, span) : '–',
    spend: known.spend ? range(spend, dollarsBeside) : '–',
    premium: known.premium ? range(premium, dollarsBeside) : '–',
    net: known.net ? range(net, dollarsBeside) : '–',
  };
}

function totalLines({ total, from, to, countedUntil }: SavingsSummary): string[] {
  const { attempts, probes, caution } = total;
  const { waiting, net } = shownOf(total);
  const unpriced = probes.unpriced > 0 ? `, ${showCount(probes.unpriced)} of them without a price` : '';
  return [
    `From ${iso(from)} to ${iso(to)}: ${range(attempts, showCount)} attempts avoided, ${waiting} of waiting spared.`,
    `Net, money only: ${net} (spend avoided less premium, ramp and ${plural(probes.probes, 'probe')} of our own${unpriced}).`,
    `Price of caution: ${range(caution, showCount)} answers of others although the provider was back.`,
    ...(countedUntil < to ? [`Counted up to ${iso(countedUntil)}: ask for less at once.`] : []),
  ];
}

function iso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}
