import { useState } from 'react';
import { useLive } from '../live/useLive.ts';
import { useZone } from '../zone.tsx';
import { Choice } from './filterParts.tsx';
import { isFixed, pinned, type RangeSearch, type RangeTerms, type Span } from './range.ts';
import { RangeChips } from './rangeChips.tsx';
import { rangeWords } from './rangeWords.ts';
import { TimesDialog } from './timesDialog.tsx';

interface TimesProps {
  range: RangeSearch;
  terms: RangeTerms;
  choose: (range: RangeSearch) => void;
}

/** Which time a page shows: a span up to now, one that is pinned, or one between any two moments. All in the address. */
export function Times({ range, terms, choose }: TimesProps) {
  const [asked, ask] = useState(false);
  const { serverNow } = useLive();
  const zone = useZone();
  const fixed = isFixed(range);
  return (
    <>
      {terms.standard !== undefined && (
        <RangeChips
          names={terms.names}
          chosen={fixed ? '' : (range.last ?? terms.standard)}
          onChoose={(last) => choose({ last })}
        />
      )}
      {terms.standard === undefined && !fixed && (
        <Choice
          label="Time"
          value={range.last}
          options={terms.names.map((span) => [span, `last ${span.replace(/(\d+)(\w)/, '$1 $2')}`])}
          choose={(last) => choose(last === undefined ? {} : { last: last as Span })}
        />
      )}
      <button
        type="button"
        className={`chip times-asked ${fixed ? 'chip-on' : ''}`}
        onClick={() => ask(true)}
        title="Any time, by its beginning and its end"
      >
        {fixed ? rangeWords(range, zone) : 'From … to …'}
      </button>
      {range.to === undefined ? (
        <button
          type="button"
          className="chip"
          onClick={() => choose(pinned(range, terms.standard, serverNow()))}
          title="Ends the time here, so that a link shows the same tomorrow"
        >
          Pin
        </button>
      ) : (
        <button type="button" className="chip" onClick={() => choose({})} title="Goes on with the clock again">
          <span aria-hidden="true">×</span>
          <span className="visually-hidden">Take this time off</span>
        </button>
      )}
      {asked && <TimesDialog {...{ range, terms, choose }} onClose={() => ask(false)} />}
    </>
  );
}
