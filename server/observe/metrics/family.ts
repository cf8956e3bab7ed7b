import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AlertSums } from '../../core/alerts/types.ts';
import type { CircuitEntry } from '../../core/circuit/types.ts';
import type { StorageStatus } from '../../core/live.ts';
import type { Overview } from '../../core/overview.ts';
import type { GatewayLoad, ProcessUsage } from '../../core/usage.ts';
import type { Spread, Totals } from '../totals.ts';

/** Everything that a scrape is told from, as it stands at one moment. */
export interface Moment {
  about: { version: string; environment: string; node: string; startedAt: number };
  totals: Totals;
  circuits: readonly CircuitEntry[];
  chains: Overview['chains'];
  record: { buffered: number; lost: number; written: number };
  storage: StorageStatus;
  load: GatewayLoad;
  /** Requests that the gateway turned away itself, by code. */
  refusals: ReadonlyMap<string, number>;
  alerts: readonly AlertSums[];
  process: ProcessUsage | null;
}

type Labels = Record<string, string>;

interface Named {
  name: string;
  help: string;
  labels: readonly string[];
}

interface SumFamily extends Named {
  type: 'gauge' | 'counter';
  read: (moment: Moment) => Iterable<readonly [Labels, number]>;
}

interface SpreadFamily extends Named {
  type: 'histogram';
  read: (moment: Moment) => Iterable<readonly [Labels, Spread]>;
}

/** One metric: what it is called and how it is told at a scrape. Nothing is kept between two scrapes. */
export type Family = SumFamily | SpreadFamily;

/** Adds a family to a registry. `moment` gives the one of the scrape that is being told. */
export function register(registry: Registry, family: Family, moment: () => Moment): void {
  const { name, help, labels: labelNames } = family;
  const options = { name, help, labelNames, registers: [registry] };
  if (family.type === 'histogram') {
    registry.registerMetric(new ToldHistogram(family, moment));
  } else if (family.type === 'gauge') {
    new Gauge({
      ...options,
      collect() {
        this.reset();
        for (const [labels, value] of family.read(moment())) this.set(labels, value);
      },
    });
  } else {
    new Counter({
      ...options,
      collect() {
        this.reset();
        for (const [labels, value] of family.read(moment())) this.inc(labels, value);
      },
    });
  }
}

/** A histogram that was counted elsewhere. */
class ToldHistogram extends Histogram {
  private readonly family: SpreadFamily;
  private readonly moment: () => Moment;

  constructor(family: SpreadFamily, moment: () => Moment) {
    super({ name: family.name, help: family.help, labelNames: family.labels, registers: [] });
    this.family = family;
    this.moment = moment;
  }

  /** What the registry asks for its text. */
  async getForPromString() {
    const { name, help, read } = this.family;
    const values = [...read(this.moment())].flatMap(([labels, spread]) => valuesOf(name, labels, spread));
    return { name, help, type: 'histogram', values };
  }
}

function valuesOf(name: string, labels: Labels, { bounds, counts, sumSeconds }: Spread) {
  let count = 0;
  const buckets = counts.map((inBucket, at) => {
    count += inBucket;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[at] ?? '+Inf' }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sumSeconds },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
