import { isProblem, parseFault } from '../core/fault.ts';

/** Faults that a caller asked for in its own request: by provider, by name. */
export type Drills = ReadonlyMap<string, string>;

export const noDrills: Drills = new Map();

/** Faults in one header. */
const DRILLS_MAX = 20;
const HEADER = 'x-recloser-fault';

/**
 * Reads `x-recloser-fault: deepseek-v3=cut@12; llama-3.3-70b=503`. What cannot be read is a sentence that says what to
 * send instead.
 */
export function readDrills(
  text: string,
  chain: { name: string; providers: readonly string[] },
): { ok: true; drills: Drills } | { ok: false; sentence: string } {
  const parts = text.split(';').map((part) => part.trim());
  const drills = new Map<string, string>();
  if (parts.length > DRILLS_MAX) return refused(`takes at most ${DRILLS_MAX} faults.`);
  for (const part of parts) {
    const at = part.indexOf('=');
    const [provider, asked] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    if (at < 0) return refused(`must name a provider and its fault, as in ${chain.providers[0]}=cut@12.`);
    if (!chain.providers.includes(provider)) {
      return refused(`must name a provider of "${chain.name}": ${chain.providers.join(', ')}.`);
    }
    if (drills.has(provider)) return refused(`names ${provider} twice: give each provider one fault.`);
    const fault = parseFault(asked);
    if (isProblem(fault)) return refused(`cannot be played. ${fault.error}`);
    if (fault.kind !== 'simple') return refused('takes single faults, not flap, sequence or share: it is one request.');
    drills.set(provider, asked);
  }
  return { ok: true, drills };
}

function refused(what: string): { ok: false; sentence: string } {
  return { ok: false, sentence: `${HEADER} ${what}` };
}
