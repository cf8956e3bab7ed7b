import { Modal } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Footer } from '../dialogs/parts.tsx';
import '../dialogs/dialogs.css';
import { liveStore } from '../live/page.ts';
import { zoneName } from '../time.ts';
import { useZone } from '../zone.tsx';
import { MomentField } from './momentField.tsx';
import { boundsOf, type RangeSearch, type RangeTerms } from './range.ts';
import { rangeProblem } from './rangeWords.ts';
import { momentOf, wallOf } from './wall.ts';

interface Props {
  range: RangeSearch;
  terms: RangeTerms;
  choose: (range: RangeSearch) => void;
  onClose: () => void;
}

/** Any past time by its two moments, as the clock of the chosen zone shows them. */
export function TimesDialog({ range, terms, choose, onClose }: Props) {
  const zone = useZone();
  const [now] = useState(() => liveStore.serverNow());
  const [first] = useState(() => boundsOf(range, terms.standard ?? '1h', now));
  const [from, setFrom] = useState(() => wallOf(first.from, zone));
  const [to, setTo] = useState(() =>
    range.from !== undefined && range.to === undefined ? '' : wallOf(first.to, zone),
  );
  const bounds = { from: momentOf(from, zone), to: to === '' ? null : momentOf(to, zone) };
  const problem = rangeProblem(bounds, terms.longest, now);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem !== null || bounds.from === null) return;
    choose({ from: bounds.from, ...(bounds.to !== null && { to: bounds.to }) });
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title="The time to show">
      <form className="dialog" onSubmit={submit}>
        <MomentField label="From" hint={zoneName(zone, first.from)} wall={from} setWall={setFrom} />
        <MomentField
          label="To"
          hint={`${zoneName(zone, first.to)}; empty: up to now, as it goes on`}
          wall={to}
          setWall={setTo}
          isOptional
        />
        {problem !== null && (
          <p className="dialog-danger" role="alert">
            ■ {problem}
          </p>
        )}
        <Footer done={false} onClose={onClose}>
          <button type="submit" className="button button-primary" disabled={problem !== null}>
            Show it
          </button>
        </Footer>
      </form>
    </Modal>
  );
}
