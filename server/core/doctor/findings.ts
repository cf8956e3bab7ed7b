import { configFindings } from './config.ts';
import type { DoctorFacts } from './facts.ts';
import type { Finding, Mark } from './finding.ts';
import { machineFindings } from './machine.ts';
import { providerFindings } from './providers.ts';
import { recordFindings } from './record.ts';

/** What is made of all that was seen. Pure. */
export function findingsOf(facts: DoctorFacts): Finding[] {
  return [
    ...configFindings(facts),
    ...recordFindings(facts),
    ...machineFindings(facts),
    // Without a config there is nobody to ask.
    ...(facts.database === null ? [] : providerFindings(facts.providers)),
  ];
}

const gravity: Record<Mark, number> = { good: 0, note: 1, caution: 2, bad: 3 };

/** The worst of them. */
export function worstOf(findings: readonly Finding[]): Mark {
  return findings.reduce<Mark>((worst, { mark }) => (gravity[mark] > gravity[worst] ? mark : worst), 'good');
}
