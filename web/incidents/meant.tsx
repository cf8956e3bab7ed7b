import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import { kindWords, type RequestSearch } from '../requests/filter.ts';
import { TimeText } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { plural } from '../words.ts';
import type { Incident } from './queries.ts';

type Impact = Incident['impact'];

const words: Readonly<Record<string, string>> = kindWords;

function wordOfKind(kind: string): string {
  return words[kind] ?? kind;
}

/** What it meant, for callers and for the bill; and how each figure is known. */
export function Meant({ incident }: { incident: Incident }) {
  const { impact, meant, failures, requestsLetGoBefore } = incident;
  return (
    <Panel
      title="What it meant"
      note={
        <>
          counted up to <TimeText at={impact.to} />
          {incident.state === 'open' && ', those still in flight then left out'}
        </>
      }
    >
      {requestsLetGoBefore !== null && (
        <p className="meant-note muted">
          Requests of before <TimeText at={requestsLetGoBefore} /> were let go (retention.requests): the figures stand,
          links to those requests lead nowhere.
        </p>
      )}
      <dl className="meant">
        {meant.map(({ id, label, text, mark, tone }) => (
          <div key={id}>
            <dt>
              {label} {text !== '–' && (mark !== 'measured' || id === 'notMade') && <em className="mark">{mark}</em>}
            </dt>
            <dd className={`meant-${tone} tabular`}>
              <ToRequests search={searchOf(id, impact)}>{text}</ToRequests>
            </dd>
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
                <ToRequests search={{ chain, ...timeOf(impact) }}>{plural(requests, 'request')}</ToRequests> ·{' '}
                <ToRequests search={{ chain, felt: true, ...timeOf(impact) }}>{plural(errors, 'error')}</ToRequests>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {failures.length > 0 && (
        <p className="meant-note muted">
          Attempts that failed:{' '}
          {failures.map(({ provider, kind, count }, index) => (
            <Fragment key={`${provider} ${kind}`}>
              {index > 0 && ', '}
              <ToRequests search={{ provider, kind, ...timeOf(impact) }}>
                {provider} {wordOfKind(kind)} {count}×
              </ToRequests>
            </Fragment>
          ))}
        </p>
      )}
    </Panel>
  );
}

/** A figure, and the requests that it counts where a filter finds them. */
function ToRequests({ search, children }: { search: RequestSearch | null; children: ReactNode }) {
  if (search === null) return children;
  return (
    <Link to="/requests" search={search}>
      {children}
    </Link>
  );
}

function timeOf({ from, to }: Impact): { from: number; to: number } {
  return { from: Math.floor(from), to: Math.ceil(to) };
}

const filters: Readonly<Record<string, RequestSearch>> = {
  requests: {},
  answered: { outcome: 'succeeded' },
  moved: { outcome: 'succeeded', fallback: true },
  errors: { felt: true },
};

/** Of several chains no one filter finds the requests: each chain has a line of its own. */
function searchOf(id: string, impact: Impact): RequestSearch | null {
  const [only, ...others] = impact.byChain;
  const filter = filters[id];
  if (!only || others.length > 0 || !filter) return null;
  return { chain: only.chain, ...filter, ...timeOf(impact) };
}
