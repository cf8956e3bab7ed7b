import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { CircuitEvent } from '../../server/core/circuit/types.ts';
import { type Outputs, trpc } from '../api.ts';
import { EvidenceLinks } from '../diagram/evidenceLinks.tsx';
import { codeOf, errorSentence } from '../errors.ts';
import { eventText } from '../pages/liveFeedWords.ts';
import { showMoney, showMs, signedMoney, unbroken } from '../time.ts';
import { TimeText } from '../ui/figures.tsx';
import { ProviderLink } from '../ui/providerLink.tsx';
import { StateMark } from '../ui/state.tsx';
import { wholeNumber } from '../words.ts';
import {
  addedWaitMs,
  clocksSentence,
  deadlineSentence,
  type ExplainStep,
  explainSteps,
  explainTitle,
  type Share,
  timeShares,
} from './explain.ts';
import './explain.css';

/** What has just ended is written within a moment: asked again so often, so long apart. */
const maxAsks = 6;
const askAgainMs = 500;

/** The chosen request, step by step: why each provider was tried or not. */
export function ExplainPanel() {
  const { id } = useParams({ from: '/requests/$id' });
  const { data, error, isPending } = useQuery(
    trpc.requests.get.queryOptions(
      { id },
      {
        staleTime: Number.POSITIVE_INFINITY,
        retry: (count, failure) => codeOf(failure) === 'NOT_FOUND' && count < maxAsks,
        retryDelay: askAgainMs,
      },
    ),
  );
  return (
    <section className="panel explain" aria-label="Why this request went as it did">
      <Link to="/requests" search className="explain-close button" aria-label="Close (Esc)">
        <span className="explain-back">← Back to the list</span>
        <span className="explain-x" aria-hidden="true">
          ×
        </span>
      </Link>
      {isPending && <p className="muted">Reading the record…</p>}
      {error && !data && <p role="alert">{errorSentence(error)}</p>}
      {data && <Explained request={data} />}
    </section>
  );
}

function Explained({ request }: { request: Outputs['requests']['get'] }) {
  const { id, client, stream, startedAt, chain, node } = request;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // On a phone the panel takes the place of the list.
    if (id && heading.current?.closest('.requests-split')?.matches('.is-narrow')) heading.current.focus();
  }, [id]);
  return (
    <>
      <h2 ref={heading} tabIndex={-1}>
        {explainTitle(request)}
      </h2>
      <p className="explain-id">
        request {id} · asked for {chain} · {client === null ? 'from this machine' : `client ${client}`} ·{' '}
        {stream ? 'streamed' : 'plain'} · node {node} · <TimeText at={startedAt} millis />
      </p>
      <ShareBar shares={timeShares(request)} />
      <ol className="explain-steps">
        {explainSteps(request).map((step) => (
          <Step key={step.key} step={step} event={request.transitions[Number(step.key)]} />
        ))}
      </ol>
      <Bill request={request} />
      <ClocksNow clocks={request.clocks} deadlineMs={request.deadlineMs} />
    </>
  );
}

function Step({ step, event }: { step: ExplainStep; event: CircuitEvent | undefined }) {
  const { kind, state, sentences, ms } = step;
  return (
    <li>
      <span className="explain-mark">
        {kind === 'skipped' && state !== null ? <StateMark state={state} /> : <KindMark kind={kind} />}
      </span>
      <div>
        <b>
          <Title step={step} />
        </b>
        <p>{unbroken(sentences.join(' '))}</p>
        {event && <Since event={event} />}
      </div>
      <span className="muted tabular">{kind === 'skipped' ? '0 s' : showMs(ms)}</span>
    </li>
  );
}

/** When and why the circuit had come into the state it was skipped for. */
function Since({ event }: { event: CircuitEvent }) {
  return (
    <p>
      <TimeText at={event.at} />: {eventText(event).replace(/\.$/, '')}
      <EvidenceLinks ids={event.evidence} />.
    </p>
  );
}

/** The provider that it begins with leads to its page. */
function Title({ step: { title, provider } }: { step: ExplainStep }) {
  if (provider === undefined || !title.startsWith(provider)) return title;
  return (
    <>
      <ProviderLink name={provider} />
      {title.slice(provider.length)}
    </>
  );
}

function KindMark({ kind }: { kind: ExplainStep['kind'] }) {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {kindShapes[kind]}
    </svg>
  );
}

const kindShapes: Record<ExplainStep['kind'], React.ReactNode> = {
  answered: <circle cx="6" cy="6" r="5" fill="var(--closed)" />,
  failed: <path d="M2 2l8 8M10 2l-8 8" stroke="var(--open)" strokeWidth="2.2" strokeLinecap="round" />,
  waited: <circle cx="6" cy="6" r="4.2" fill="none" stroke="var(--muted)" strokeWidth="1.6" />,
  cancelled: <path d="M2 6h8" stroke="var(--muted)" strokeWidth="2.2" strokeLinecap="round" />,
  skipped: <rect x="1" y="1" width="10" height="10" fill="none" stroke="var(--muted)" strokeWidth="1.6" />,
};

const shareColors: Record<Share['kind'], string> = {
  wait: 'var(--faint)',
  failed: 'var(--open)',
  firstToken: 'var(--flow)',
  answer: 'var(--closed)',
};

/** Where the time went; the steps beneath say the same in figures. */
function ShareBar({ shares }: { shares: Share[] }) {
  const said = shares.map(({ label, ms }) => `${label} ${showMs(ms)}`).join(', ');
  return (
    <div className="share-bar" role="img" aria-label={`Where the time went: ${said}`}>
      {shares.map(({ kind, label, ms }) => (
        <i
          key={`${kind} ${label}`}
          style={{ flexGrow: ms, background: shareColors[kind] }}
          title={`${label}: ${showMs(ms)}`}
        />
      ))}
    </div>
  );
}

function Bill({ request }: { request: Outputs['requests']['get'] }) {
  const { sparedMs, firstChoice } = request;
  const { firstTokenMs, durationMs, usage, costNanoUsd, costEstimated, status, errorCode } = request;
  const how = costEstimated ? 'estimated' : 'by reported tokens';
  return (
    <dl className="bill">
      <dt>First token for the caller</dt>
      <dd>{showMs(firstTokenMs)}</dd>
      <dt>Whole</dt>
      <dd>{showMs(durationMs)}</dd>
      <dt>Wait that failures added</dt>
      <dd>{showMs(addedWaitMs(request))}</dd>
      {sparedMs !== null && (
        <>
          <dt title="What was not tried, each by the median time of the failures that its circuit is open for.">
            Wait that open circuits spared
          </dt>
          <dd>≈ {showMs(sparedMs)}</dd>
        </>
      )}
      <dt>Tokens, in + out</dt>
      <dd>
        {usage === null
          ? 'not known'
          : `${wholeNumber(usage.promptTokens)} + ${wholeNumber(usage.completionTokens)}${usage.estimated ? ' estimated' : ''}`}
      </dd>
      <dt>Cost</dt>
      <dd>{costNanoUsd === null ? 'not known' : `${showMoney(costNanoUsd)} ${how}`}</dd>
      {firstChoice !== null && (
        <>
          <dt title="The same tokens, at what the first choice costs now.">Against {firstChoice.provider}</dt>
          <dd>{signedMoney(firstChoice.extraNanoUsd)}</dd>
        </>
      )}
      <dt>What the caller got</dt>
      <dd>
        {status}
        {errorCode !== null && ` ${errorCode}`}
      </dd>
    </dl>
  );
}

/** What a call like this may take, as it is set now: the record keeps only the clock that ended one. */
function ClocksNow({ clocks, deadlineMs }: Pick<Outputs['requests']['get'], 'clocks' | 'deadlineMs'>) {
  const tried = Object.entries(clocks);
  if (tried.length === 0 && deadlineMs === null) return null;
  return (
    <details className="explain-clocks">
      <summary>Clocks, as they are set now</summary>
      {deadlineMs !== null && <p>Deadline: {unbroken(deadlineSentence(deadlineMs))}.</p>}
      {tried.map(([provider, each]) => (
        <p key={provider}>
          {provider}: {unbroken(clocksSentence(each))}.
        </p>
      ))}
    </details>
  );
}
