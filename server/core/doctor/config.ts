import { unguessableCharacters } from '../access.ts';
import type { ConfigProblem } from '../configState.ts';
import type { DoctorFacts, SecretFacts } from './facts.ts';
import { type Finding, good } from './finding.ts';

/** Problems told here; `recloser check` tells them all. */
const toldProblems = 3;

/** The config, and what it needs from the environment. */
export function configFindings({ config, secrets, tokenCharacters }: DoctorFacts): Finding[] {
  return [configFinding(config), ...secretsFinding(secrets), tokenFinding(tokenCharacters)];
}

function configFinding(config: DoctorFacts['config']): Finding {
  const check = 'config';
  if (config === null) {
    return {
      ...{ check, mark: 'note' },
      says: 'There is no recloser.yaml here and none was named: start would run the demo.',
      remedy: 'For your own providers copy recloser.example.yaml, and name it with --config.',
    };
  }
  const { file, problems, notes } = config;
  if (problems.length === 0) {
    const [first] = notes;
    if (first === undefined) return good(check, `${file} is good.`);
    return { check, mark: 'note', says: `${file} is good. ${notes.join(' ')}`, remedy: null };
  }
  const told = problems.slice(0, toldProblems).map(problemWords).join('; ');
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return {
    ...{ check, mark: 'bad', says: `${file} would be refused: ${count}: ${told}.` },
    remedy: `Mend what "recloser check ${file}" says.`,
  };
}

function problemWords({ line, path, message }: ConfigProblem): string {
  const where = line === null ? '' : `line ${line}: `;
  return `${where}${path === '' ? '' : `${path}: `}${message}`;
}

function secretsFinding(secrets: readonly SecretFacts[]): Finding[] {
  if (secrets.length === 0) return [];
  const check = 'secrets';
  const missing = secrets.filter(({ from }) => from === 'nowhere').map(({ name }) => name);
  if (missing.length > 0) {
    return [
      {
        ...{ check, mark: 'bad', says: `Not set: ${missing.join(', ')}.` },
        remedy: 'Set each, or NAME_FILE with the path of a file that holds it, in the environment of start.',
      },
    ];
  }
  const told = secrets.map(({ name, from }) => (from === 'variable' ? name : `${name} (${fromWords[from]})`));
  return [good(check, `All are there: ${told.join(', ')}.`)];
}

const fromWords = { file: 'from its file', default: 'by its default', nowhere: 'not set' } as const;

function tokenFinding(characters: number | null): Finding {
  const check = 'token';
  if (characters === null) {
    return {
      ...{
        check,
        mark: 'note',
        says: 'RECLOSER_TOKEN is not set: start prints a sign-in link where there is no admin yet.',
      },
      remedy: 'For scripts and the command line, set it, or make tokens with "recloser token create".',
    };
  }
  if (characters >= unguessableCharacters) return good(check, 'RECLOSER_TOKEN is set.');
  return {
    ...{ check, mark: 'caution' },
    says: `RECLOSER_TOKEN has ${characters} characters: who can guess it is an admin.`,
    remedy: `Take one of at least ${unguessableCharacters} characters that nobody made up, such as "openssl rand -hex 24" gives.`,
  };
}
