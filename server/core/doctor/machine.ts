import type { DoctorFacts, ListenerFacts, MemoryFacts } from './facts.ts';
import { type Finding, good, sizeWords } from './finding.ts';

/** The program itself without anything in flight, with its two storage threads. */
const ownBytes = 300e6;

/** Node, ports, files, memory, and the dashboard's files. */
export function machineFindings(facts: DoctorFacts): Finding[] {
  return [
    nodeFinding(facts.node),
    ...facts.listeners.map(listenerFinding),
    ...filesFinding(facts.files),
    memoryFinding(facts.memory),
    webFinding(facts.webBuilt),
  ];
}

function nodeFinding({ version, oldest }: DoctorFacts['node']): Finding {
  if (!isOlder(version, oldest)) return good('node', `Node.js ${version}.`);
  const remedy = 'Install a newer one; the current long-term release is a good choice.';
  return { check: 'node', mark: 'bad', says: `Node.js ${version} is older than ${oldest}.`, remedy };
}

function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  for (const [place, part] of (other ?? []).entries()) {
    const own = one?.[place] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}

function listenerFinding(listener: ListenerFacts): Finding {
  const { name, host, port, held, running } = listener;
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const check = `${name} port`;
  const otherPort = `or choose another: "${name}.port" in the config, or RECLOSER_${name.toUpperCase()}_PORT.`;
  switch (held) {
    case 'free':
      return good(check, `${at} is free.`);
    case 'ours':
      return runningFinding(check, at, running);
    case 'other':
      return { check, mark: 'bad', says: `${at} is held by another program.`, remedy: `End that, ${otherPort}` };
    case 'forbidden':
      return {
        check,
        mark: 'bad',
        says: `${at} takes more rights than you have.`,
        remedy: 'Choose a port above 1023.',
      };
    case 'noAddress': {
      const remedy = `Correct "${name}.host" in the config.`;
      return { check, mark: 'bad', says: `This machine has no address ${host}.`, remedy };
    }
  }
}

function runningFinding(check: string, at: string, running: ListenerFacts['running']): Finding {
  const status = running?.status ?? 'unknown';
  if (status === 'ok') return good(check, `A Recloser runs at ${at} and is well.`);
  const says = `A Recloser runs at ${at} and says "${status}"${running?.problem ? `: ${running.problem}` : '.'}`;
  const remedy =
    status === 'degraded'
      ? 'It answers on; what it says is wrong with the record is in its log too.'
      : 'Ask again in a moment: it is starting or stopping.';
  return { check, mark: 'caution', says, remedy };
}

function filesFinding(files: DoctorFacts['files']): Finding[] {
  if (files === null) return [];
  const check = 'open files';
  const { max, connections, allowed } = files;
  if (max === null) return [good(check, 'The system sets no bound.')];
  if (allowed >= connections) return [good(check, `${max}, enough for ${connections} connections of callers.`)];
  return [
    {
      ...{ check, mark: 'caution' },
      says: `A process may have ${max}: enough for ${allowed} connections of callers, where limits.connections says ${connections}.`,
      remedy: 'Raise it where Recloser is started: "ulimit -n", LimitNOFILE in systemd, ulimits in a compose file.',
    },
  ];
}

function memoryFinding({ limitBytes, limitedBy, heapBytes, heldBytes }: MemoryFacts): Finding {
  const check = 'memory';
  const whose = limitedBy === 'cgroup' ? 'This container may have' : 'This machine has';
  const has = `${whose} ${sizeWords(limitBytes)}`;
  if (limitBytes < ownBytes) {
    return {
      check,
      mark: 'bad',
      says: `${has}: too little to run in.`,
      remedy: `Give it at least ${sizeWords(2 * ownBytes)}.`,
    };
  }
  const most = ownBytes + (heldBytes ?? 0);
  if (heldBytes !== null && most > limitBytes) {
    return {
      ...{ check, mark: 'caution' },
      says: `${has}, and at its bounds Recloser takes ${sizeWords(most)} (limits.bodies and limits.answers): the system might end it.`,
      remedy: 'Give it more, or lower limits.bodies and limits.answers in the config.',
    };
  }
  if (limitedBy === 'cgroup' && heapBytes > limitBytes) {
    return {
      ...{ check, mark: 'caution', says: `${has}, and Node lets its heap grow to ${sizeWords(heapBytes)}.` },
      remedy: `Start it with NODE_OPTIONS=--max-old-space-size=${Math.floor((limitBytes * 0.6) / 1_048_576)}.`,
    };
  }
  return good(check, `${has}.`);
}

function webFinding(built: boolean): Finding {
  if (built) return good('dashboard', 'Its files are built.');
  const says = 'Its files are not built: the command line and the APIs work, the pages do not.';
  return { check: 'dashboard', mark: 'caution', says, remedy: 'Run "npm run build".' };
}
