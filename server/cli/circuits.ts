import type { Command } from 'commander';
import type { CircuitEntry } from '../core/circuit/types.ts';
import { circuitLines } from './circuitTable.ts';
import { type Client, type ClientOptions, wasAnswered, withClient, withClientOptions } from './client.ts';
import { type CliWorld, columnsOf } from './world.ts';

/** How often a live table is looked up anew. */
const lookMs = 1_000;

interface CircuitsOptions extends ClientOptions {
  watch?: boolean;
  once?: boolean;
}

interface Look {
  now: number;
  seq: number;
  circuits: CircuitEntry[];
}

/** `circuits`: how every provider stands; live on a terminal. */
export function addCircuits(program: Command, world: CliWorld): void {
  withClientOptions(program.command('circuits'))
    .description('how every provider stands; a live table on a terminal')
    .option('--once', 'print it once, also on a terminal')
    .option('--watch', 'go on printing what changes, also into a pipe')
    .action((options: CircuitsOptions) =>
      withClient(world, options, async (client) => {
        const live = options.watch || (world.isTTY && !options.once && !options.json);
        if (!live) return print(world, options, await client.circuits.list.query());
        if (world.isTTY && !options.json) return repaint(world, client);
        return printChanges(world, options, client);
      }),
    );
}

function print(world: CliWorld, options: CircuitsOptions, look: Look): void {
  if (options.json) return void world.stdout.write(`${JSON.stringify(look)}\n`);
  world.stdout.write(`${linesOf(world, look).join('\n')}\n`);
}

function linesOf(world: CliWorld, look: Look): string[] {
  const coloured = world.isTTY && !world.env.NO_COLOR;
  return circuitLines(look, { coloured, columns: columnsOf(world) });
}

/** Into a pipe: again whenever a circuit has moved. */
async function printChanges(world: CliWorld, options: CircuitsOptions, client: Client): Promise<void> {
  let printed: number | null = null;
  while (!world.signal.aborted) {
    const look = await client.circuits.list.query();
    if (look.seq !== printed) print(world, options, look);
    printed = look.seq;
    await world.wait(lookMs, world.signal);
  }
}

/** On a terminal: the table in its place, painted over each second, until Ctrl-C. */
async function repaint(world: CliWorld, client: Client): Promise<void> {
  let height = 0;
  let look: Look | null = null;
  while (!world.signal.aborted) {
    let trouble: string | null = null;
    try {
      look = await client.circuits.list.query();
    } catch (error) {
      if (world.signal.aborted) return;
      if (!look || wasAnswered(error)) throw error;
      trouble = 'No answer: this is how things stood when it was heard last. Trying again …';
    }
    const lines: string[] = [...linesOf(world, look), '', trouble ?? 'Live. Ctrl-C ends it.'];
    world.stdout.write(`${height > 0 ? `\x1b[${height}A\x1b[J` : ''}${lines.join('\n')}\n`);
    height = lines.length;
    await world.wait(lookMs, world.signal);
  }
}
