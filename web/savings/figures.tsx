import { useNavigate } from '@tanstack/react-router';
import type { SavingsSummary } from '../../server/core/savings/summary.ts';
import type { Mark } from '../../server/core/savings/types.ts';
import { RangeText } from '../ui/figures.tsx';
import { plural, wholeNumber } from '../words.ts';
import type { Formula } from './range.ts';
import { knownOf, netMark, shownOf, showRange, waiting } from './words.ts';

interface Tile {
  how: Formula;
  label: string;
  mark: Mark;
  value: string;
  note: string;
}

/** The figures; each opens how it is computed. */
export function Figures({ summary, how }: { summary: SavingsSummary; how: Formula }) {
  const navigate = useNavigate({ from: '/savings' });
  return (
    <fieldset className="savings-figures">
      <legend className="visually-hidden">Figures; each opens how it is computed</legend>
      {tilesOf(summary).map(({ how: one, label, mark, value, note }) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === how}
          onClick={() => void navigate({ search: (before) => ({ ...before, how: one }), replace: true })}
        >
          <span>
            {label} <em>{mark}</em>
          </span>
          <b>
            <RangeText text={value} />
          </b>
          <small>{note}</small>
        </button>
      ))}
    </fieldset>
  );
}

function tilesOf({ total, providers }: SavingsSummary): Tile[] {
  const { skips, attempts, waitingMs, spend, premium, caution, probes, leftOut } = total;
  const shown = shownOf(total);
  const known = knownOf(total);
  const unpriced = probes.unpriced > 0 ? `, ${wholeNumber(probes.unpriced)} without a price` : '';
  const trips = providers.reduce((sum, one) => sum + one.trips, 0);
  return [
    {
      ...{ how: 'attempts', label: 'Attempts avoided', mark: attempts.mark },
      value: showRange(attempts, wholeNumber),
      note: `${plural(skips, 'skip')}, measured`,
    },
    {
      ...{ how: 'waiting', label: 'Waiting avoided', mark: waitingMs.mark },
      value: shown.waitingMs,
      note: !known.waitingMs
        ? 'not known: the failures are not in the record'
        : attempts.high === 0
          ? 'nothing was avoided'
          : `${waiting(waitingMs.high / attempts.high)} each, at most`,
    },
    {
      ...{ how: 'spend', label: 'Billable spend avoided', mark: spend.mark },
      value: shown.spend,
      note: !known.spend
        ? `not known: ${plural(leftOut.unpriced, 'skip')} without a price or tokens`
        : spend.mark === 'assumed'
          ? 'not all of the bill is known'
          : 'by what vendors bill',
    },
    {
      ...{ how: 'premium', label: 'Fallback premium', mark: premium.mark },
      value: shown.premium,
      note: known.premium
        ? 'where it might have answered'
        : `not known: ${plural(leftOut.unpricedAnswers, 'answer')} without a price`,
    },
    {
      ...{ how: 'caution', label: 'Price of caution', mark: caution.high > caution.low ? 'estimated' : 'measured' },
      value: showRange(caution, wholeNumber),
      note: 'answers by a fallback though it was probably back',
    },
    {
      ...{ how: 'net', label: 'Net, money only', mark: netMark(total) },
      value: shown.net,
      note: `${plural(probes.probes, 'probe')} paid${unpriced}${trips > 0 ? ` · left out: ${plural(trips, 'manual trip')}` : ''}`,
    },
  ];
}
