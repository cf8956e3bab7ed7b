import type { Clock } from './core/clock.ts';
import type { LiveReport } from './core/liveCheck.ts';
import type { ProviderSettings } from './core/settings.ts';
import { checkProvider } from './gateway/liveCheck.ts';
import { Upstream } from './gateway/upstream.ts';

/** Providers tried side by side. */
const AT_ONCE = 4;

/** Tries the providers of a config; the reports are in their order. */
export async function checkLive(providers: readonly ProviderSettings[], clock: Clock): Promise<LiveReport[]> {
  const upstream = new Upstream(providers, { clock, drillUrl: null });
  const reports: LiveReport[] = [];
  const left = [...providers.entries()];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      reports[next[0]] = await checkProvider({ upstream, clock }, next[1]);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    await upstream.close();
  }
  return reports;
}
