import type { Finding } from './source.ts';

interface Exemption {
  rule: 'environment' | 'clock' | 'sleep';
  path: RegExp;
  because: string;
}

/** Every place where a rule does not hold, and why. An exemption that nothing needs any more is itself a finding. */
export const exemptions: Exemption[] = [
  {
    rule: 'environment',
    path: /^server\/(main\.ts|recloser\.cts)$/,
    because: 'they are where the environment is read, and made ready',
  },
  { rule: 'environment', path: /^server\/setup\//, because: 'it runs before there is anything to hand it in' },
  { rule: 'environment', path: /^test\//, because: 'tests hand environments to the processes they start' },
  { rule: 'clock', path: /^server\/world\.ts$/, because: 'it is the one place that reads clocks and dice' },
  { rule: 'clock', path: /^server\/setup\//, because: 'it runs before there is anything to hand it in' },
  { rule: 'clock', path: /^test\//, because: 'tests bound their waits in real time; what they test gets a fake clock' },
  { rule: 'sleep', path: /^test\/bench\//, because: 'a benchmark paces its load' },
];

/** Without the findings that an exemption covers. */
export function unexempted(rule: Exemption['rule'], findings: Finding[]): Finding[] {
  const covering = exemptions.filter((exemption) => exemption.rule === rule);
  return findings.filter((found) => !covering.some(({ path }) => path.test(pathOf(found))));
}

/** Exemptions that cover nothing of what their rule found. */
export function unused(rule: Exemption['rule'], findings: Finding[]): Finding[] {
  return exemptions
    .filter((exemption) => exemption.rule === rule && !findings.some((found) => exemption.path.test(pathOf(found))))
    .map(({ path }) => `test/tidy/exemptions.ts: ${rule} at ${path} covers nothing: take it out`);
}

function pathOf(found: Finding): string {
  return found.slice(0, found.indexOf(':'));
}
