import { listAlerts, readAlerts, writeAlerts } from '../../db/sqlite/statements/alerts.ts';
import { Alerter, type AlerterOptions } from '../../server/alerts/alerter.ts';
import { createPost } from '../../server/alerts/post.ts';
import type { Watched } from '../../server/core/alerts/concerns.ts';
import type { AlertSettings } from '../../server/core/alerts/types.ts';
import type { IncidentRow } from '../../server/core/incidents/report.ts';
import { guardedLookup } from '../../server/gateway/guardedLookup.ts';
import { chain } from '../core/alerts/support.ts';
import { emptyDatabase } from '../db/support/emptyDatabase.ts';
import { FakeClock } from './fakeClock.ts';

/** Alerts over real SQLite and real HTTP, with incidents as a test says and a clock that it moves. */
export class Alerting implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly database = emptyDatabase();
  readonly logged: string[] = [];
  incidents: IncidentRow[] = [];
  chains: Watched['chains'] = [chain('proven')];
  destinations: AlertSettings[];
  disk: 'well' | 'full' | 'unread' = 'well';
  isBehind = false;
  alerter: Alerter;
  private ids = 0;
  private posts: ReturnType<typeof createPost>[] = [];

  constructor(destinations: AlertSettings[]) {
    this.destinations = destinations;
    this.alerter = this.start();
  }

  /** As after a kill: what the one before was at is not waited for. */
  restart(): void {
    this.alerter = this.start();
  }

  /** Time passes, and whatever is due is looked at and sent. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.alerter.idle();
  }

  list() {
    return listAlerts(this.database.orm, 500);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.alerter.stop(), ...this.posts.map(({ close }) => close())]);
    this.database[Symbol.dispose]();
  }

  private start(): Alerter {
    const say = (context: object, sentence: string) => void this.logged.push(`${sentence} ${JSON.stringify(context)}`);
    const post = createPost({ clock: this.clock, guarded: guardedLookup() });
    this.posts.push(post);
    const alerter = new Alerter({
      clock: this.clock,
      log: { info: say, warn: say, error: say },
      newId: () => `id-${++this.ids}`,
      post: post.post,
      storage: this.storage(),
      destinations: () => this.destinations,
      facts: () => ({
        chains: this.chains,
        circuits: [],
        ours: null,
        isBehind: this.isBehind,
        environment: 'test',
        dashboard: 'https://r.example',
      }),
    });
    alerter.start();
    return alerter;
  }

  private storage(): AlerterOptions['storage'] {
    return {
      readAlerts: async () => readAlerts(this.database.orm),
      writeAlerts: async (change) => {
        if (this.disk !== 'well') throw new Error('The disk is full.');
        writeAlerts(this.database, change);
      },
      listIncidents: async () => {
        if (this.disk === 'unread') throw new Error('The database is locked.');
        return { rows: this.incidents.filter(({ state }) => state !== 'resolved'), next: null };
      },
      getIncident: async (id) => {
        const row = this.incidents.find((each) => each.id === id);
        return row ? ({ row } as Awaited<ReturnType<AlerterOptions['storage']['getIncident']>>) : null;
      },
    };
  }
}
