import { changesBetween, problemsOfStaying, withoutRestart } from './config/changes.ts';
import { HIDDEN } from './config/describe.ts';
import type { Loaded } from './config/load.ts';
import type { Clock } from './core/clock.ts';
import type { ConfigChange, ConfigProblem, ConfigReload, ConfigState } from './core/configState.ts';
import type { EffectiveSetting } from './core/effective.ts';
import type { Settings } from './core/settings.ts';
import type { ConfigSource } from './operations/config.ts';

/** Where the config came from, and how it is read again. */
export interface ConfigFile {
  path: string;
  /** Reads and checks all of it, as at start. Never throws. */
  read: () => Loaded;
}

interface ReloadDeps {
  /** Null: there is none. */
  file: ConfigFile | null;
  clock: Clock;
  /** In force at first. */
  settings: Settings;
  /** `RECLOSER_TOKEN` at first, or null. */
  token: string | null;
  /** Has everybody go by other settings, and another `RECLOSER_TOKEN`, from now on. */
  adopt: (settings: Settings, token: string | null) => void;
}

/** The config in force: read again when somebody asks, and kept as it is when what is read is not good. */
export class Reload implements ConfigSource {
  private readonly deps: ReloadDeps;
  private settings: Settings;
  private token: string | null;
  private loadedAt: number;
  private problems: ConfigProblem[] = [];
  private refusedAt: number | null = null;
  private needRestart: string[] = [];

  constructor(deps: ReloadDeps) {
    this.deps = deps;
    this.settings = deps.settings;
    this.token = deps.token;
    this.loadedAt = deps.clock.wall();
  }

  state(): ConfigState {
    const { loadedAt, problems, refusedAt, needRestart } = this;
    return { file: this.deps.file?.path ?? null, loadedAt, problems, refusedAt, needRestart };
  }

  inForce(): EffectiveSetting[] {
    return this.settings.inForce ?? [];
  }

  reload(): ConfigReload | null {
    const { file, clock } = this.deps;
    if (!file) return null;
    const loaded = file.read();
    if (!loaded.ok) return this.refuse(loaded.problems);
    const { settings, needRestart } = withoutRestart(this.settings, loaded.settings);
    const problems = problemsOfStaying(settings);
    if (problems.length > 0) return this.refuse(problems);
    const { token } = loaded;
    const changes = [...changesBetween(this.settings, settings), ...this.changeOf(token)];
    this.deps.adopt(settings, token);
    this.settings = settings;
    this.token = token;
    this.loadedAt = clock.wall();
    this.problems = [];
    this.refusedAt = null;
    this.needRestart = needRestart;
    return { ok: true, changes, needRestart, notes: loaded.notes };
  }

  private changeOf(token: string | null): ConfigChange[] {
    const shown = (each: string | null) => (each === null ? null : HIDDEN);
    const change = { key: 'RECLOSER_TOKEN', before: shown(this.token), after: shown(token) };
    return token === this.token ? [] : [change];
  }

  private refuse(problems: ConfigProblem[]): ConfigReload {
    this.problems = problems;
    this.refusedAt = this.deps.clock.wall();
    return { ok: false, problems };
  }
}
