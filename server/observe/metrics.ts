import { Registry } from 'prom-client';
import { chainFamilies } from './metrics/chains.ts';
import { circuitFamilies } from './metrics/circuits.ts';
import { type Moment, register } from './metrics/family.ts';
import { processFamilies, programFamilies } from './metrics/program.ts';
import { providerFamilies } from './metrics/providers.ts';

/** What `GET /metrics` answers. */
export interface Exposition {
  contentType: string;
  text: string;
}

/** Tells the metrics in Prometheus's text format. Nothing is counted for it but what is known anyway, until somebody asks. */
export class Metrics {
  private readonly registry = new Registry();
  private moment: Moment;
  private readonly look: () => Moment;

  constructor(look: () => Moment) {
    this.look = look;
    this.moment = look();
    const always = [...circuitFamilies, ...chainFamilies, ...providerFamilies, ...programFamilies];
    for (const family of this.moment.process === null ? always : [...always, ...processFamilies]) {
      register(this.registry, family, () => this.moment);
    }
  }

  async read(): Promise<Exposition> {
    this.moment = this.look();
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }
}
