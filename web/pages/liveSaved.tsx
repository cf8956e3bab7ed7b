import { Link } from '@tanstack/react-router';
import type { SavingsSummary } from '../../server/core/savings/summary.ts';
import { useSavings } from '../savings/useSavings.ts';
import { knownOf, shownOf, waiting } from '../savings/words.ts';
import { wholeNumber } from '../words.ts';
import { Total } from './liveTotal.tsx';

const againMs = 10_000;

/** What circuits spared in the last hour: of the page of savings, by its own question, so that both always say the same. */
export function LiveSaved() {
  const { data, error } = useSavings({ last: '1h' }, againMs);
  const old = error ? ' · cannot be read now' : '';
  const { attempts, waited } = data ? savedWords(data) : unknown;
  return (
    <>
      <Total label="Attempts not made" value={attempts.value}>
        <Link to="/savings" search={{ last: '1h', how: 'attempts' }}>
          {attempts.note + old}
        </Link>
      </Total>
      <Total label="Waiting spared callers" value={waited.value}>
        <Link to="/savings" search={{ last: '1h', how: 'waiting' }}>
          {waited.note + old}
        </Link>
      </Total>
    </>
  );
}

const unknown = { attempts: { value: '–', note: 'last hour' }, waited: { value: '–', note: 'last hour' } };

/** As the page of savings says it: skips as measured, the waiting from least to most. */
export function savedWords({ total }: Pick<SavingsSummary, 'total'>): typeof unknown {
  const { skips, attempts, waitingMs, leftOut } = total;
  const isKnown = knownOf(total).waitingMs;
  const { tripped = 0 } = leftOut.skips;
  return {
    attempts: {
      value: wholeNumber(skips),
      note: tripped > 0 ? `last hour; ${wholeNumber(tripped)} more by hand` : 'last hour',
    },
    waited: {
      value: shownOf(total).waitingMs,
      note: !isKnown
        ? 'not known'
        : attempts.high === 0
          ? 'nothing avoided'
          : `${waiting(waitingMs.high / attempts.high)} each, at most`,
    },
  };
}
