import type { CircuitEntry, ShownState } from '../../server/core/circuit/types.ts';
import type { ProviderOverview } from '../../server/core/overview.ts';
import { showMs } from '../time.ts';
import { Countdown } from '../ui/figures.tsx';
import { percent, wholeNumber } from '../words.ts';
import { Ring } from './ring.tsx';

interface FiguresProps {
  entry: CircuitEntry;
  overview: ProviderOverview | undefined;
}

/** How well it works; or, while it lets nothing through, how long still. */
export function RowFigures({ entry, overview }: FiguresProps) {
  return waits[entry.state] ? <Waiting entry={entry} /> : <Working entry={entry} overview={overview} />;
}

const waits: Record<ShownState, boolean> = {
  closed: false,
  halfOpen: false,
  heldClosed: false,
  open: true,
  tripped: true,
};

function Waiting({ entry }: { entry: CircuitEntry }) {
  const { state, since, until, inFlight } = entry;
  const tripped = state === 'tripped';
  const flying = inFlight > 0 && <p className="muted">{wholeNumber(inFlight)} still in flight</p>;
  if (until === null) {
    return (
      <div>
        <p>{tripped ? 'Until reset' : 'Due now'}</p>
        <p className="muted">{tripped ? 'no end was set' : 'the next call tries it'}</p>
        {flying}
      </div>
    );
  }
  return (
    <div className="waiting">
      <Ring since={since} until={until} color={tripped ? 'var(--manual)' : 'var(--half)'} />
      <div>
        <p className="figure">
          <Countdown until={until} />
        </p>
        <p className="muted">{tripped ? 'then one try' : 'to next try'}</p>
        {flying}
      </div>
    </div>
  );
}

function Working({ entry, overview }: FiguresProps) {
  const failing = overview && overview.attempts > 0 ? percent(overview.failed / overview.attempts) : '–';
  return (
    <div className="tabular">
      <p>
        <span className="figure-plain">{showMs(overview?.firstTokenP50Ms ?? null)}</span>{' '}
        <span className="muted">first token</span>
      </p>
      <p className="muted">p95 {showMs(overview?.firstTokenP95Ms ?? null)}</p>
      <p className="muted">
        {failing} failing · {wholeNumber(entry.inFlight)} in flight
      </p>
    </div>
  );
}
