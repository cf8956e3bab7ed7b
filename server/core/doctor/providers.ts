import { showDuration } from '../duration.ts';
import type { ProviderFacts } from './facts.ts';
import { type Finding, good } from './finding.ts';

/** A clock that is off by more makes sign-ins by an identity provider fail, and times in the record wrong. */
const mostSkewMs = 30_000;
/** Answers this slow to a question that costs them nothing are worth a look. */
const slowMs = 3_000;

/** How the providers answered, and what their clocks say of ours. */
export function providerFindings(providers: readonly ProviderFacts[] | null): Finding[] {
  if (providers === null) {
    const says = 'They were not asked, and so neither was the time.';
    const remedy = 'With --providers each is asked for its list of models, which costs nothing.';
    return [{ check: 'providers', mark: 'note', says, remedy }];
  }
  return [...providers.map(providerFinding), ...clockFinding(providers)];
}

function providerFinding(provider: ProviderFacts): Finding {
  const { name, reached, code } = provider;
  const check = `provider ${name}`;
  const because = code === null ? '' : ` (${code})`;
  const bad = (says: string, remedy: string): Finding => ({ check, mark: 'bad', says: `${says}${because}.`, remedy });
  switch (reached) {
    case 'name':
      return bad('Its name has no address', 'Correct baseUrl, or see whether this machine can resolve names at all.');
    case 'connect':
      return bad(
        'Nothing takes the connection',
        'See whether a firewall or a proxy lets this machine out, and baseUrl.',
      );
    case 'tls':
      return bad(
        'Its certificate is not accepted',
        'Often a proxy between that opens TLS: give Node its certificate with NODE_EXTRA_CA_CERTS. Also see that the time is right.',
      );
    case 'silent':
      return bad('It took the connection and did not answer', 'Try again; if it stays so, see its status page.');
    case 'answered':
      return answeredFinding(check, provider);
  }
}

function answeredFinding(check: string, { status, ms, hasKey }: ProviderFacts): Finding {
  const code = status ?? 0;
  if (code === 401 || code === 403) {
    const says = hasKey ? `It refuses the key (${code}).` : `It wants a key (${code}), and the config has none.`;
    return { check, mark: 'bad', says, remedy: 'See apiKey in the config, and the variable that it names.' };
  }
  if (code === 429) {
    const remedy = 'It is reached; see what the account may have.';
    return { check, mark: 'caution', says: 'It says that a limit is used up (429).', remedy };
  }
  if (code >= 500) {
    return { check, mark: 'caution', says: `It is reached and answers ${code}.`, remedy: 'See its status page.' };
  }
  if (code >= 400) {
    const says = `It is reached, and has no list of models (${code}): whether it takes the key is not known.`;
    return { check, mark: 'note', says, remedy: 'Ask it with "recloser check FILE --live", for a fraction of a cent.' };
  }
  if (code >= 300) {
    const remedy = 'Put the address that it leads to into baseUrl: calls follow no redirects.';
    return { check, mark: 'bad', says: `It leads elsewhere (${code}).`, remedy };
  }
  const took = `It answers, after ${Math.round(ms)} ms.`;
  if (ms <= slowMs) return good(check, took);
  return { check, mark: 'caution', says: took, remedy: 'That is slow for a list of models: see the line to it.' };
}

/** What most of them say: one provider's clock may be wrong itself. */
function clockFinding(providers: readonly ProviderFacts[]): Finding[] {
  const ahead = providers.flatMap(({ aheadMs }) => (aheadMs === null ? [] : [aheadMs])).sort((a, b) => a - b);
  const middle = ahead[Math.floor((ahead.length - 1) / 2)];
  if (middle === undefined) return [];
  const check = 'clock';
  if (Math.abs(middle) <= mostSkewMs) return [good(check, 'It agrees with those of the providers.')];
  const says = `It is ${showDuration(Math.abs(middle))} ${middle > 0 ? 'behind' : 'ahead of'} those of the providers.`;
  return [{ check, mark: 'caution', says, remedy: 'Set it by the network (NTP): "timedatectl set-ntp true".' }];
}
