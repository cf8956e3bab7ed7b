import type { Command } from 'commander';
import type { Flags } from '../config/overrides.ts';
import type { CliWorld } from './world.ts';

/** `start` and `demo`: what they do is handed in; this reads their flags. */
export function addStart(program: Command, world: CliWorld, done: (exitCode: number) => void): void {
  withFlags(program.command('start'))
    .description('run the gateway and the control room; without a config, the demo')
    .option('-c, --config <file>', 'the config, as recloser.example.yaml shows it')
    .action(async ({ config = null, ...flags }: Flags & { config?: string | null }) => {
      done(await world.start({ config, demo: config === null, flags }));
    });
  withFlags(program.command('demo'))
    .description('run with three simulated providers, one of which has outages')
    .action(async (flags: Flags) => done(await world.start({ config: null, demo: true, flags })));
}

/** What a command line may say in place of the file. */
export function withFlags(command: Command): Command {
  return command
    .option('--gateway-host <host>', 'address of the data plane')
    .option('--gateway-port <port>', 'port of the data plane')
    .option('--control-host <host>', 'address of the control plane')
    .option('--control-port <port>', 'port of the control plane')
    .option('--database <path>', 'where the record is kept')
    .option('--environment <name>', 'the badge on the dashboard')
    .option('--node <name>', "this process's name in the record");
}
