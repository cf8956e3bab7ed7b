import type { Totals } from '../../server/core/overview.ts';
import { showAge } from '../time.ts';
import { percent, plural, wholeNumber } from '../words.ts';
import { LiveSaved } from './liveSaved.tsx';
import { Total } from './liveTotal.tsx';

/** How it stands, in six figures. `totals` null: not told yet, and nothing is shown as 0. */
export function LiveTotals({ totals, chains }: { totals: Totals | null; chains: number }) {
  if (!totals) return <section className="totals totals-empty" aria-label="Totals" />;
  const { providers, open, byHand, felt } = totals;
  const share = (count: number) => (felt.requests === 0 ? '–' : percent(count / felt.requests));
  return (
    <section className="totals" aria-label="Totals">
      <Total label="Circuits open" value={wholeNumber(open)} alarm={open > 0}>
        of {providers} · {byHand === 0 ? 'none' : byHand} held by hand
      </Total>
      <ChainsTotal totals={totals} chains={chains} />
      <Total
        label={`Answered, last ${showAge(felt.windowMs).replace(' m', ' min')}`}
        value={share(felt.answered)}
        alarm={felt.errors > 0}
      >
        {felt.requests === 0 ? 'no requests' : `${wholeNumber(felt.answered)} of ${wholeNumber(felt.requests)}`}
        {felt.errors > 0 && ` · ${plural(felt.errors, 'error')}`}
      </Total>
      <Total label="By a fallback" value={share(felt.byFallback)}>
        {wholeNumber(felt.byFallback)}
      </Total>
      <LiveSaved />
    </section>
  );
}

/** Chains with nobody left come first: their callers get errors now. */
function ChainsTotal({ totals: { chainsWithNobody, chainsNotSurviving }, chains }: { totals: Totals; chains: number }) {
  const dead = chainsWithNobody.length;
  if (dead > 0) {
    return (
      <Total label="Chains with nobody left" value={wholeNumber(dead)} alarm loud>
        {listed(chainsWithNobody)}: callers get errors
      </Total>
    );
  }
  const weak = chainsNotSurviving.length;
  return (
    <Total label="Would not survive a loss" value={wholeNumber(weak)} alarm={weak > 0}>
      {weak > 0 ? listed(chainsNotSurviving) : `of ${plural(chains, 'chain')}`}
    </Total>
  );
}

function listed(names: string[]): string {
  return names.length > 2 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ');
}
