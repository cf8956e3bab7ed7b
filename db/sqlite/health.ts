import type { Clock } from '../../server/core/clock.ts';
import type { Log } from '../../server/core/log.ts';
import type { StorageStatus } from '../storage.ts';

/** What can be wrong, the gravest first: this is the order in which problems are told. */
const topics = ['file', 'writer', 'write', 'notice', 'reader'] as const;
type Topic = (typeof topics)[number];

/** A repaired fault is still told for so long, so that somebody sees it. */
const noticeMs = 30_000;

/** The problems there are now, told as one status. Each is taken back by who reported it. */
export class Health {
  private readonly problems = new Map<Topic, string>();
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly onStatus: (status: StorageStatus) => void;
  private current: StorageStatus;

  constructor(options: { clock: Clock; log: Log; onStatus: (status: StorageStatus) => void }) {
    this.clock = options.clock;
    this.log = options.log;
    this.onStatus = options.onStatus;
    this.current = { state: 'ok', problem: null, since: this.clock.wall() };
  }

  status(): StorageStatus {
    return this.current;
  }

  /** Null: it is well again. */
  set(topic: Topic, problem: string | null): void {
    if (problem === null) this.problems.delete(topic);
    else this.problems.set(topic, problem);
    const gravest = topics.find((each) => this.problems.has(each));
    this.tell((gravest && this.problems.get(gravest)) ?? null);
  }

  /** Something that was repaired, but lost rows or could have. */
  notice(problem: string): void {
    this.set('notice', problem);
    this.clock.after(noticeMs, () => {
      if (this.problems.get('notice') === problem) this.set('notice', null);
    });
  }

  private tell(problem: string | null): void {
    if (problem === this.current.problem) return;
    const state = problem === null ? 'ok' : 'degraded';
    const since = state === this.current.state ? this.current.since : this.clock.wall();
    this.current = { state, problem, since };
    if (problem === null) this.log.info({}, 'The database is written again.');
    else this.log.warn({}, problem);
    this.onStatus(this.current);
  }
}
