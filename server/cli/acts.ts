import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CircuitEntry } from '../core/circuit/types.ts';
import { readDuration } from '../core/duration.ts';
import { stateWord } from './circuitTable.ts';
import { type Client, type ClientOptions, withClient, withClientOptions } from './client.ts';
import { tell } from './print.ts';
import { printable } from './text.ts';
import type { CliWorld } from './world.ts';

interface ActOptions extends ClientOptions {
  reason: string;
  for?: string;
  to?: 'closed' | 'halfOpen';
  epoch?: number;
}

type Acted = CircuitEntry & { durable: boolean };
type Send = (
  client: Client,
  aim: { provider: string; reason: string; epoch?: number },
  options: ActOptions,
) => Promise<Acted>;

/** `trip`, `hold`, `release`, `reset` and `probe`: what an operator does to one provider. */
export function addActs(program: Command, world: CliWorld): void {
  const duration = (description: string) => new Option('--for <duration>', description).argParser(durationText);
  const target = new Option('--to <state>', 'where to').choices(['closed', 'halfOpen']).default('closed');

  act(program, world, {
    name: 'trip',
    send: (client, aim, options) => client.circuits.trip.mutate({ ...aim, ...pick(options) }),
  })
    .description('take a provider out, for a time or until it is released')
    .addOption(duration('for so long, as in 15m'));
  act(program, world, {
    name: 'hold',
    send: (client, aim, options) => client.circuits.hold.mutate({ ...aim, for: options.for ?? '' }),
  })
    .description('keep sending to a provider whatever its circuit says')
    .addOption(duration('for so long, as in 15m').makeOptionMandatory());
  act(program, world, { name: 'release', send: (client, aim) => client.circuits.release.mutate(aim) }).description(
    'take a trip or a hold off: back to what the circuit has learned',
  );
  act(program, world, { name: 'reset', send: (client, aim, { to }) => client.circuits.reset.mutate({ ...aim, to }) })
    .description('forget what the circuit has learned')
    .addOption(target);
  addProbe(program, world);
}

function pick(options: ActOptions): { for?: string } {
  return options.for === undefined ? {} : { for: options.for };
}

function act(program: Command, world: CliWorld, { name, send }: { name: string; send: Send }): Command {
  return aimed(program.command(name))
    .option('--epoch <number>', 'only if its circuit is still in this epoch (from circuits --json)', wholeNumber)
    .action((provider: string, options: ActOptions) =>
      withClient(world, options, async (client) => {
        const { reason, epoch } = options;
        const entry = await send(client, { provider, reason, ...(epoch === undefined ? {} : { epoch }) }, options);
        tell(world, options, { done: entry, sentence: actedSentence(entry, options.for) });
      }),
    );
}

function addProbe(program: Command, world: CliWorld): void {
  aimed(program.command('probe'))
    .description('ask a provider one small question now')
    .action((provider: string, options: ActOptions) =>
      withClient(world, options, async (client) => {
        const probed = await client.circuits.probe.mutate({ provider, reason: options.reason });
        const took = `after ${Math.round(probed.ms)} ms`;
        const answer = probed.ok ? `answered ${took}` : `did not answer well ${took} (${printable(probed.word)})`;
        const sentence = `${printable(provider)} ${answer}; its circuit is ${stateWord(probed.entry.state)}.`;
        tell(world, options, { done: probed, sentence });
      }),
    );
}

function aimed(command: Command): Command {
  return withClientOptions(command)
    .argument('<provider>', 'its name in the config')
    .requiredOption('--reason <text>', 'why: it is kept in the audit', reasonText);
}

/** The time is as it was asked for: `since` may be of an earlier trip that this one went over. */
function actedSentence(entry: Acted, asked: string | undefined): string {
  const end = entry.state === 'tripped' && entry.until === null ? ' until it is released' : '';
  return `${printable(entry.provider)} is ${stateWord(entry.state)}${asked === undefined ? end : ` for ${asked}`}.`;
}

/** A number with a unit, for commander. */
export function durationText(text: string): string {
  if (readDuration(text) === null) throw new InvalidArgumentError('Give a number with a unit, as in 15m.');
  return text;
}

export function reasonText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Say why, in a few words.');
  return text;
}

/** A whole number from 0, for commander. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}
