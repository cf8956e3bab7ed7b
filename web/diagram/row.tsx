import type { CircuitEntry } from '../../server/core/circuit/types.ts';
import type { ProviderOverview } from '../../server/core/overview.ts';
import { Countdown, TimeText } from '../ui/figures.tsx';
import { ProviderLink } from '../ui/providerLink.tsx';
import { useMayAct } from '../ui/useMayAct.ts';
import { stateColors, stateWords } from '../words.ts';
import { EvidenceLinks } from './evidenceLinks.tsx';
import { ForAge } from './forAge.tsx';
import type { LineLayout } from './geometry.ts';
import { RowFigures } from './rowFigures.tsx';
import { placeWords, whoWords, whyWords } from './sentences.ts';
import type { StripCell } from './strip.ts';
import { StripBars } from './stripBars.tsx';

/** What an operator asks for here: it only opens a dialog. */
export type AskFor = (act: 'trip' | 'reset', provider: string) => void;

export interface RowProps {
  line: LineLayout;
  /** Null: the program has told nothing of it yet. */
  entry: CircuitEntry | null;
  overview: ProviderOverview | undefined;
  /** Null: not read yet. */
  strip: StripCell[] | null;
  /** Null in a list that is no chain. */
  chain: string | null;
  onAct: AskFor;
}

/** Everything beside one line. */
export function RowCells({ line, entry, overview, strip, chain, onAct }: RowProps) {
  const { provider } = line;
  const mayAct = useMayAct();
  const about = [chain === null ? null : placeWords(line.place), overview?.model ?? null].filter(
    (part) => part !== null,
  );
  return (
    <>
      <div className="row-name">
        <h3>
          <ProviderLink name={provider} />
        </h3>
        <p className="muted">{about.join(' · ')}</p>
      </div>
      <div className="row-state">
        {entry && <StateCell line={line} entry={entry} overview={overview} chain={chain} />}
      </div>
      <div className="row-figures">{entry && <RowFigures entry={entry} overview={overview} />}</div>
      <div className="row-strip">{strip && <StripBars cells={strip} provider={provider} />}</div>
      <div className="row-acts">{mayAct && <Acts provider={provider} entry={entry} onAct={onAct} />}</div>
    </>
  );
}

function Acts({ provider, entry, onAct }: Pick<RowProps, 'entry' | 'onAct'> & { provider: string }) {
  return (
    <>
      <button type="button" className="button" disabled={!entry} onClick={() => onAct('trip', provider)}>
        Trip…<span className="visually-hidden"> {provider}</span>
      </button>
      <button
        type="button"
        className={`button ${entry && entry.state !== 'closed' ? 'button-called-for' : ''}`}
        disabled={!entry}
        onClick={() => onAct('reset', provider)}
      >
        Reset…<span className="visually-hidden"> {provider}</span>
      </button>
    </>
  );
}

type StateProps = Pick<RowProps, 'line' | 'overview' | 'chain'> & { entry: CircuitEntry };

function StateCell({ line, entry, overview, chain }: StateProps) {
  const { state, since, until, evidence, cause } = entry;
  const opened = (state === 'open' || state === 'halfOpen') && cause !== null;
  const who = whoWords(entry, overview, chain);
  const byHandUntil = (state === 'tripped' || state === 'heldClosed') && until !== null;
  return (
    <>
      <p className="state-line">
        <b style={{ color: stateColors[line.mark] }}>{stateWords[state]}</b>{' '}
        <span className="muted">
          <ForAge since={since} />
          {line.mark === 'none' && ', no traffic'}
        </span>
      </p>
      <p className="muted">
        {whyWords(entry)}
        {opened && <EvidenceLinks ids={evidence} lead=": " />}
      </p>
      <p className="muted">
        {who}
        {byHandUntil && (
          <>
            {' · until '}
            <TimeText at={until} />
          </>
        )}
        {state === 'heldClosed' && until !== null && (
          <>
            {', in '}
            <Countdown until={until} />
          </>
        )}
      </p>
    </>
  );
}
