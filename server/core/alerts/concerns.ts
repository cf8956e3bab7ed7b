import type { IncidentRow } from '../incidents/report.ts';
import type { ChainOverview } from '../overview.ts';
import type { Alert, Concern } from './types.ts';

/** What is looked at for alerts. */
export interface Watched {
  /** Those that are not over, and those that alerts are about. */
  incidents: readonly IncidentRow[];
  chains: readonly Pick<ChainOverview, 'chain' | 'providers' | 'carrier' | 'ifCarrierGoes'>[];
  /** Those that go on. */
  alerts: readonly Alert[];
}

/**
 * What there is to be alerted about. The risk of a chain belongs to the incident that brought it; one that no incident
 * brought (providers tripped by hand) stands for itself.
 */
export function concernsOf({ incidents, chains, alerts }: Watched): Concern[] {
  const going = alerts.filter(({ resolvedAt }) => resolvedAt === null);
  const known = new Set(going.flatMap(({ chain, told }) => (chain !== null && told.length > 0 ? [chain] : [])));
  const atRisk = chains.filter((chain) => isAtRisk(chain));
  const bringers = new Map<string, number>();
  for (const { chain, providers } of atRisk) {
    if (known.has(chain)) continue;
    const brought = incidents.find((incident) => {
      return incident.state === 'open' && incident.providers.some((name) => providers.includes(name));
    });
    if (brought) bringers.set(chain, brought.id);
  }
  const brought = new Set(bringers.values());
  const ofChains = atRisk.filter(({ chain }) => !bringers.has(chain)).map(({ chain }) => ofChain(chain, 'bad'));
  const named = new Set(ofChains.map(({ chain }) => chain));
  return [
    ...incidents.map((incident) => ofIncident(incident, { chains, isRisk: brought.has(incident.id) })),
    ...gone(going, incidents),
    ...ofChains,
    ...going.flatMap(({ chain }) => {
      if (chain === null || named.has(chain)) return [];
      return [ofChain(chain, chains.some((each) => each.chain === chain) ? 'well' : 'over')];
    }),
  ];
}

/**
 * Nobody would be left without the provider that carries it, or nobody is. That a chain of one would not survive it is so by
 * its config, and no news.
 */
function isAtRisk({ providers, carrier, ifCarrierGoes }: Watched['chains'][number]): boolean {
  return ifCarrierGoes.verdict === 'nobody' && (providers.length > 1 || carrier === null);
}

function ofChain(chain: string, state: Concern['state']): Concern {
  const never = { errors: 0, detectedAt: null, quietUntil: null };
  return { incidentId: null, chain, state, isRisk: state === 'bad', ...never, chains: [chain] };
}

const states = { open: 'bad', watching: 'well', resolved: 'over' } as const;

function ofIncident(
  incident: IncidentRow,
  { chains, isRisk }: { chains: Watched['chains']; isRisk: boolean },
): Concern {
  const { id, state, errors, detectedAt, quietUntil, providers } = incident;
  const through = chains.filter((chain) => chain.providers.some((name) => providers.includes(name)));
  return {
    incidentId: id,
    chain: null,
    state: states[state],
    errors,
    isRisk,
    detectedAt,
    quietUntil,
    chains: [...new Set([...incident.chains, ...through.map(({ chain }) => chain)])],
  };
}

/** Incidents that are in the record no more. */
function gone(alerts: readonly Alert[], incidents: readonly IncidentRow[]): Concern[] {
  return alerts.flatMap(({ incidentId }) => {
    if (incidentId === null || incidents.some(({ id }) => id === incidentId)) return [];
    const never = { errors: 0, isRisk: false, detectedAt: null, quietUntil: null };
    return [{ incidentId, chain: null, state: 'over', ...never, chains: [] } satisfies Concern];
  });
}

/** The alert that goes on about a concern, or null. */
export function alertAbout(alerts: readonly Alert[], { incidentId, chain }: Concern): Alert | null {
  const found = alerts.find((alert) => {
    return incidentId === null ? alert.chain === chain && alert.resolvedAt === null : alert.incidentId === incidentId;
  });
  return found ?? null;
}
