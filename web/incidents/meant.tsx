import { kindWords } from '../requests/filter.ts';
import { TimeText } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { plural } from '../words.ts';
import type { Incident } from './queries.ts';

const words: Readonly<Record<string, string>> = kindWords;

function wordOfKind(kind: string): string {
  return words[kind] ?? kind;
}

/** What it meant, for callers and for the bill; and how each figure is known. */
export function Meant({ incident }: { incident: Incident }) {
  const { impact, meant, failures } = incident;
  return (
    <Panel
      title="What it meant"
      note={
        <>
          counted up to <TimeText at={impact.to} />
        </>
      }
    >
      <dl className="meant">
        {meant.map(({ id, label, text, mark, tone }) => (
          <div key={id}>
            <dt>
              {label} {text !== '–' && (mark !== 'measured' || id === 'notMade') && <em className="mark">{mark}</em>}
            </dt>
            <dd className={`meant-${tone} tabular`}>{text}</dd>
          </div>
        ))}
      </dl>
      {impact.savings === null && (
        <p className="meant-note muted">– What leaving a provider alone saved is not counted for this incident.</p>
      )}
      {impact.byChain.length > 1 && (
        <dl className="meant meant-more">
          {impact.byChain.map(({ chain, requests, errors }) => (
            <div key={chain}>
              <dt>{chain}</dt>
              <dd className="tabular">
                {plural(requests, 'request')} · {plural(errors, 'error')}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {failures.length > 0 && (
        <p className="meant-note muted">
          Failures:{' '}
          {failures.map(({ provider, kind, count }) => `${provider} ${wordOfKind(kind)} ${count}×`).join(', ')}
        </p>
      )}
    </Panel>
  );
}
