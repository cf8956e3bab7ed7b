import { Command, CommanderError } from 'commander';
import { addAccess } from './cli/access.ts';
import { addActs } from './cli/acts.ts';
import { addAlerts } from './cli/alerts.ts';
import { addAudit } from './cli/audit.ts';
import { addBackup } from './cli/backup.ts';
import { addCheck } from './cli/check.ts';
import { addCircuits } from './cli/circuits.ts';
import { addConfig } from './cli/config.ts';
import { addDoctor } from './cli/doctor.ts';
import { afterHelp, exampleText } from './cli/examples.ts';
import { addExportOutage } from './cli/exportOutage.ts';
import { addIncidents } from './cli/incidents.ts';
import { addProviders } from './cli/providers.ts';
import { addRecord } from './cli/record.ts';
import { addReplay } from './cli/replay.ts';
import { addRequests } from './cli/requests.ts';
import { addSavings } from './cli/savings.ts';
import { addSessions } from './cli/sessions.ts';
import { addShares } from './cli/shares.ts';
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
  addProviders(program, world);
  addRequests(program, world);
  addIncidents(program, world);
  addSavings(program, world);
  addShares(program, world);
  addAudit(program, world);
  addAlerts(program, world);
  addRecord(program, world);
  addBackup(program, world);
  addConfig(program, world);
  addAccess(program, world);
  addSessions(program, world);
  addExportOutage(program, world);
  addReplay(program, world);
  program.addHelpText('after', afterHelp);
  for (const command of program.commands) finish(command, program, command.name());
  try {
    await program.parseAsync([...world.argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOf(error, world);
  }
}

/** Ways out and examples of a command, and of those below it. */
function finish(command: Command, program: Command, name: string): void {
  const text = exampleText(name);
  command.exitOverride().copyInheritedSettings(program);
  if (text !== '') command.addHelpText('after', text);
  for (const below of command.commands) finish(below, program, `${name} ${below.name()}`);
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
