import { Link } from '@tanstack/react-router';
import type { CircuitEntry } from '../../server/core/circuit/types.ts';
import type { ProviderPage } from '../../server/core/providerPage.ts';
import { Panel } from '../ui/panel.tsx';
import { ProviderLink } from '../ui/providerLink.tsx';
import { StateMark } from '../ui/state.tsx';
import { stateWords } from '../words.ts';

interface ChainsProps {
  name: string;
  chains: ProviderPage['chains'];
  circuits: readonly CircuitEntry[];
}

/** The chains it stands in, who is asked before it and who after it, as they stand now. */
export function Chains({ name, chains, circuits }: ChainsProps) {
  const stateOf = (provider: string) => circuits.find((entry) => entry.provider === provider)?.state ?? 'none';
  return (
    <Panel title="Stands in" note="asked from left to right · as they stand now">
      {chains.length === 0 && <p className="provider-none muted">No chain: nobody is sent to it.</p>}
      <ul className="provider-chains">
        {chains.map(({ chain, providers }) => (
          <li key={chain}>
            <Link to="/requests" search={{ chain }}>
              {chain}
            </Link>
            <span className="muted">
              {providers.indexOf(name) + 1} of {providers.length}
            </span>
            <ol>
              {providers.map((provider) => (
                <li key={provider} aria-current={provider === name}>
                  <StateMark state={stateOf(provider)} size={9} label={stateWords[stateOf(provider)]} />
                  {provider === name ? <b>{provider}</b> : <ProviderLink name={provider} />}
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
