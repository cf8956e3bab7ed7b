import type { ConfigProblem } from '../configState.ts';

/** What `recloser doctor` has seen, before anything is made of it. Sizes in bytes; null: it could not be seen. */
export interface DoctorFacts {
  /** Versions without a `v`, as in `20.19.0`. */
  node: { version: string; oldest: string };
  config: ConfigFacts | null;
  /** Those that a start would read; names only. Empty: none is used. */
  secrets: SecretFacts[];
  /** Length of `RECLOSER_TOKEN`; null: it is not set. */
  tokenCharacters: number | null;
  database: DatabaseFacts | null;
  disk: { freeBytes: number; path: string } | null;
  listeners: ListenerFacts[];
  /** Connections of callers: as the config says, and as many as there are files for. `max`: files this process may open. */
  files: { max: number | null; connections: number; allowed: number } | null;
  memory: MemoryFacts;
  webBuilt: boolean;
  /** Null: they were not asked. */
  providers: ProviderFacts[] | null;
}

/** The config that was named, or lies where one is looked for. */
export interface ConfigFacts {
  file: string;
  problems: ConfigProblem[];
  notes: string[];
}

export interface SecretFacts {
  name: string;
  from: 'variable' | 'file' | 'default' | 'nowhere';
}

/** `unusable`: it is no database of this version of ours; `locked`: another program does not let it go. */
export type DatabaseState = 'memory' | 'new' | 'good' | 'unwritable' | 'unusable' | 'damaged' | 'locked';

export interface DatabaseFacts {
  path: string;
  state: DatabaseState;
  /** What is wrong with it, in words; null: nothing. */
  problem: string | null;
  bytes: number;
  /** Of the log beside it. */
  logBytes: number;
  /** Changes of its tables that the next start makes. */
  pending: number;
}

export interface ListenerFacts {
  name: 'gateway' | 'control';
  host: string;
  port: number;
  /** `ours`: a Recloser that runs has it. */
  held: 'free' | 'ours' | 'other' | 'forbidden' | 'noAddress';
  /** What the one that runs says of itself (`/readyz`); null: nothing runs there. */
  running: { status: string; problem: string | null } | null;
}

export interface MemoryFacts {
  /** What this process may have (a container's limit), or what the machine has. */
  limitBytes: number;
  limitedBy: 'cgroup' | 'machine';
  /** How far Node lets its heap grow. */
  heapBytes: number;
  /** What the config lets bodies and answers take up; null: there is no config. */
  heldBytes: number | null;
}

/** How far a `GET` of a provider's list of models came. */
export interface ProviderFacts {
  name: string;
  /** `name`: it has no address; `connect`, `tls`, `silent`: no answer for that; else there was an answer. */
  reached: 'name' | 'connect' | 'tls' | 'silent' | 'answered';
  /** Of a network error, as in `ECONNREFUSED`. */
  code: string | null;
  status: number | null;
  ms: number;
  hasKey: boolean;
  /** What its `Date` header says less what this machine's clock said; null: it has none. */
  aheadMs: number | null;
}
