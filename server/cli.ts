import { Command, CommanderError } from 'commander';
import { addAccess } from './cli/access.ts';
import { addActs } from './cli/acts.ts';
import { addBackup } from './cli/backup.ts';
import { addCheck } from './cli/check.ts';
import { addCircuits } from './cli/circuits.ts';
import { addDoctor } from './cli/doctor.ts';
import { addExportOutage } from './cli/exportOutage.ts';
import { addIncidents } from './cli/incidents.ts';
import { addRecord } from './cli/record.ts';
import { addReplay } from './cli/replay.ts';
import { addRequests } from './cli/requests.ts';
import { addStart } from './cli/start.ts';
import { CliError, type CliWorld, columnsOf } from './cli/world.ts';

export type { CliWorld, StartOptions } from './cli/world.ts';

const maxHelpColumns = 120;

/** The command line: a client of the control plane, and the way to start the program. Resolves with the exit code; never rejects. */
export async function runCli(world: CliWorld): Promise<number> {
  let exitCode = 0;
  const done = (code: number) => {
    exitCode = code;
  };
  const helpColumns = Math.min(columnsOf(world), maxHelpColumns);
  const program = new Command('recloser')
    .description('Keeps a chat answering when its model provider goes down.')
    .version(world.version)
    .helpCommand(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      writeErr: (text) => void world.stderr.write(text),
      getOutHelpWidth: () => helpColumns,
      getErrHelpWidth: () => helpColumns,
    });
  addStart(program, world, done);
  addCheck(program, world);
  addDoctor(program, world);
  addCircuits(program, world);
  addActs(program, world);
  addRequests(program, world);
  addIncidents(program, world);
  addRecord(program, world);
  addBackup(program, world);
  addAccess(program, world);
  addExportOutage(program, world);
  addReplay(program, world);
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) {
    command.exitOverride().copyInheritedSettings(program);
  }
  try {
    await program.parseAsync([...world.argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOf(error, world);
  }
}

/** Commander has said what is wrong by itself; it knows 1 only, and wrong use is 2 here. */
function exitCodeOf(error: unknown, world: CliWorld): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CliError) {
    world.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  world.stderr.write(`Something went wrong inside: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}
