import type { ChainOverview, Survival as Verdict } from '../../server/core/overview.ts';
import { unbroken } from '../time.ts';

/** Whether the chain would survive losing the provider that carries it now, and with what proof. */
export function Survival({ chain }: { chain: ChainOverview }) {
  const { carrier, ifCarrierGoes } = chain;
  const { mark, words, color } = verdicts[ifCarrierGoes.verdict];
  return (
    <p className="survival">
      <b>
        {carrier === null ? 'Nobody carries it' : `If ${carrier} goes${chain.providers[0] === carrier ? '' : ' too'}`}
      </b>
      <span className="survival-verdict" style={{ color }}>
        <span aria-hidden="true">{mark}</span> {words}
      </span>
      <span className="muted">{unbroken(ifCarrierGoes.sentence)}</span>
    </p>
  );
}

const verdicts: Record<Verdict['verdict'], { mark: string; words: string; color: string }> = {
  proven: { mark: '●', words: 'proven', color: 'var(--closed)' },
  notProven: { mark: '▲', words: 'not proven', color: 'var(--half)' },
  nobody: { mark: '■', words: 'nobody is left', color: 'var(--open)' },
  noTraffic: { mark: '–', words: 'no traffic', color: 'var(--muted)' },
};
