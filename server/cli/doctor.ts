import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { adminTokenOf, type Loaded, loadSettings, readConfigFile, readSecretFile } from '../config/load.ts';
import type { Flags } from '../config/overrides.ts';
import { variablesOf } from '../config/variables.ts';
import type { ConfigFacts, SecretFacts } from '../core/doctor/facts.ts';
import type { Finding, Mark } from '../core/doctor/finding.ts';
import { findingsOf, worstOf } from '../core/doctor/findings.ts';
import type { Settings } from '../core/settings.ts';
import { withFlags } from './start.ts';
import { printable } from './text.ts';
import { CliError, type CliWorld } from './world.ts';

/** Where a config is looked for when none is named, and what the demo listens on. */
const usualFile = 'recloser.yaml';
const demoListeners = [
  { name: 'gateway', host: '127.0.0.1', port: 4400 },
  { name: 'control', host: '127.0.0.1', port: 4401 },
] as const;

interface DoctorOptions extends Flags {
  config?: string;
  providers?: boolean;
  json?: boolean;
}

/** `doctor`: looks at all that a start needs and that goes wrong in practice, and says what to do. 1 when something is bad. */
export function addDoctor(program: Command, world: CliWorld): void {
  withFlags(program.command('doctor'))
    .description('look at what goes wrong in practice: config, record, ports, memory, providers; each with its remedy')
    .option('-c, --config <file>', `the config; left out: ${usualFile}, where there is one`)
    .option('--providers', 'ask each provider for its list of models too, which costs nothing, and compare the time')
    .option('--json', 'print data')
    .action(async ({ config, providers, json, ...flags }: DoctorOptions) => {
      if (!world.examine) throw new CliError(1, 'This program cannot look at its machine: run the whole of it.');
      const file = config ?? (existsSync(usualFile) ? usualFile : null);
      const read = file === null ? nothingNamed : readAll(world, file, flags);
      const listeners = file === null ? demoListeners : listenersOf(read.settings);
      const seen = await world.examine({ settings: read.settings, listeners, askProviders: providers === true });
      const tokenCharacters = adminTokenOf(world.env)?.length ?? null;
      const findings = findingsOf({ ...seen, config: read.config, secrets: read.secrets, tokenCharacters });
      const worst = worstOf(findings);
      if (json) world.stdout.write(`${JSON.stringify({ worst, findings }, null, 2)}\n`);
      else world.stdout.write(`${findings.flatMap((finding) => linesOf(world, finding)).join('\n')}\n`);
      const bad = findings.filter(({ mark }) => mark === 'bad').length;
      if (bad > 0)
        throw new CliError(
          1,
          `${bad} ${bad === 1 ? 'thing is' : 'things are'} bad: mend ${bad === 1 ? 'it' : 'them'} before a start.`,
        );
    });
}

interface ReadAll {
  settings: Settings | null;
  config: ConfigFacts | null;
  secrets: SecretFacts[];
}

const nothingNamed: ReadAll = { settings: null, config: null, secrets: [] };

function readAll({ env }: CliWorld, file: string, flags: Flags): ReadAll {
  const read = readConfigFile(file);
  if (!read.ok) return { ...nothingNamed, config: { file, problems: read.problems, notes: [] } };
  const given = { text: read.text, env, readSecret: readSecretFile };
  const loaded: Loaded = loadSettings({ ...given, file, flags });
  const secrets = variablesOf(given);
  if (!loaded.ok) return { settings: null, config: { file, problems: loaded.problems, notes: [] }, secrets };
  return { settings: loaded.settings, config: { file, problems: [], notes: loaded.notes }, secrets };
}

function listenersOf(settings: Settings | null) {
  if (!settings) return [];
  return (['gateway', 'control'] as const).map((name) => ({ name, ...settings[name] }));
}

const words: Record<Mark, string> = { good: 'good   ', note: 'note   ', caution: 'caution', bad: 'BAD    ' };
const colours: Record<Mark, string> = { good: '32', note: '36', caution: '33', bad: '31' };

function linesOf({ isTTY, env }: CliWorld, { check, mark, says, remedy }: Finding): string[] {
  const word = isTTY && !env.NO_COLOR ? `\x1b[${colours[mark]}m${words[mark]}\x1b[0m` : words[mark];
  return [`${word}  ${check}: ${printable(says)}`, ...(remedy === null ? [] : [`         → ${printable(remedy)}`])];
}
