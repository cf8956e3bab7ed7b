import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ProviderPage as Page } from '../../server/core/providerPage.ts';
import { trpc } from '../api.ts';
import { whyWords } from '../diagram/sentences.ts';
import { errorSentence } from '../errors.ts';
import { useLive } from '../live/useLive.ts';
import { Chains } from '../provider/chains.tsx';
import { Ghosts } from '../provider/ghosts.tsx';
import { Kinds } from '../provider/kinds.tsx';
import { Machine } from '../provider/machine.tsx';
import { Percentiles } from '../provider/percentiles.tsx';
import '../provider/provider.css';
import { providerTerms } from '../provider/range.ts';
import { Effective } from '../provider/settings.tsx';
import { States } from '../provider/states.tsx';
import { History, Probes } from '../provider/tables.tsx';
import '../requests/requests.css';
import { nothing, showAge, showMs } from '../time.ts';
import { Age, Money } from '../ui/figures.tsx';
import { LetGo } from '../ui/letGo.tsx';
import { EmptyState, Panel } from '../ui/panel.tsx';
import { type RangeSearch, ranged } from '../ui/range.ts';
import { ReadError } from '../ui/readError.tsx';
import { StateBadge } from '../ui/state.tsx';
import { Times } from '../ui/times.tsx';
import { percent, plural, wholeNumber } from '../words.ts';

const againMs = 15_000;

/** Everything there is to say of one provider. */
export function ProviderPage() {
  const { name } = useParams({ from: '/providers/$name' });
  const search = useSearch({ from: '/providers/$name' });
  const { from, to } = search;
  const range = providerTerms.names.find((name) => name === search.last);
  const { circuits } = useLive();
  // Of another time it may stay until this one is read, and says so; of another provider nothing does.
  const placeholderData = (before: Page | undefined) => (before?.entry.provider === name ? before : undefined);
  const { data, error, isPlaceholderData } = useQuery(
    trpc.providers.get.queryOptions(
      { provider: name, range, from, to },
      { refetchInterval: to === undefined ? againMs : false, placeholderData },
    ),
  );
  const entry = circuits.find(({ provider }) => provider === name) ?? data?.entry;
  return (
    <>
      <div className="bar provider-head">
        <h1>{name}</h1>
        {data && <span className="muted">{data.model}</span>}
        {data && entry && <Now entry={entry} isPinned={to !== undefined} />}
        {isPlaceholderData && <span className="muted">· reading the time chosen…</span>}
        <span className="grow" />
        <Ranges search={search} />
      </div>
      {error && !data && (
        <EmptyState title="This provider cannot be shown">
          <p>{errorSentence(error)}</p>
          <p>
            <Link to="/">Go to Live</Link>
          </p>
        </EmptyState>
      )}
      {error && data && <ReadError error={error} isKept />}
      {data && entry && <Everything page={data} entry={entry} isPinned={to !== undefined} />}
    </>
  );
}

function Now({ entry, isPinned }: { entry: Page['entry']; isPinned: boolean }) {
  return (
    <>
      <StateBadge state={entry.state} />
      <span className="muted">
        {isPinned && 'now, '}for <Age since={entry.since} /> · {whyWords(entry)}
      </span>
    </>
  );
}

function Ranges({ search }: { search: RangeSearch }) {
  const navigate = useNavigate({ from: '/providers/$name' });
  return (
    <search className="times" aria-label="Time shown">
      <Times
        range={search}
        terms={providerTerms}
        choose={(range) => void navigate({ search: (before) => ranged(before, range), replace: true })}
      />
    </search>
  );
}

function Everything({ page, entry, isPinned }: { page: Page; entry: Page['entry']; isPinned: boolean }) {
  const { circuits } = useLive();
  const name = entry.provider;
  // Where the figures end, so do the lists: a whole minute.
  const until = isPinned ? page.to : undefined;
  return (
    <>
      {!page.complete && (
        <p className="note">Older requests are still being counted: there may be more than is said.</p>
      )}
      <LetGo kind="minutes" from={page.from}>
        nothing is known of that time.
      </LetGo>
      <Figures page={page} />
      <div className="provider-grid">
        <div>
          <Panel
            title="Its circuit"
            note={`${isPinned ? 'as it is now: ' : ''}what moves it, with the settings in force`}
          >
            <Machine entry={entry} breaker={page.breaker} />
          </Panel>
          <Chains name={name} chains={page.chains} circuits={circuits} />
          <History provider={name} until={until} />
        </div>
        <div>
          <States page={page} name={name} />
          <Percentiles page={page} name={name} />
          <Kinds page={page} name={name} />
          <Ghosts provider={name} breaker={page.breaker} until={until} />
          <Probes provider={name} standby={page.effective.find(({ key }) => key === 'standby')?.value} until={until} />
        </div>
      </div>
      <Effective provider={name} settings={page.effective} />
    </>
  );
}

/** Uptime with what it is counted from. Nothing known is no 0. */
function Figures({ page: { totals } }: { page: Page }) {
  const judged = totals.succeeded + totals.failed;
  return (
    <dl className="provider-figures">
      <div>
        <dt>Answered well</dt>
        <dd>
          <b>{judged === 0 ? nothing : percent(totals.succeeded / judged)}</b>
          <small>{judged === 0 ? 'no data: no call ended' : `of ${plural(judged, 'call')} that ended`}</small>
        </dd>
      </div>
      <div>
        <dt>Circuit closed</dt>
        <dd>
          <b>{totals.closedShare === null ? nothing : percent(totals.closedShare)}</b>
          <small>{totals.closedShare === null ? 'no data' : `of ${showAge(totals.knownMs)}`}</small>
        </dd>
      </div>
      <Took what="First token" of="first tokens" percentiles={totals.firstToken} />
      <Took what="Whole answer" of="answers" percentiles={totals.answer} />
      <div>
        <dt>Calls</dt>
        <dd>
          <b>{wholeNumber(totals.attempts)}</b>
          <small>
            {wholeNumber(totals.failed)} failed · {wholeNumber(totals.skipped)} not made
          </small>
        </dd>
      </div>
      <div>
        <dt>Spent</dt>
        <dd>
          <b>
            <Money nanoUsd={totals.attempts === totals.unpriced ? null : totals.costNanoUsd} />
          </b>
          <small>{totals.unpriced === 0 ? 'all priced' : `${wholeNumber(totals.unpriced)} of unknown price`}</small>
        </dd>
      </div>
    </dl>
  );
}

interface TookProps {
  what: string;
  of: string;
  percentiles: Page['totals']['answer'];
}

function Took({ what, of, percentiles: { p50Ms, p95Ms, of: count } }: TookProps) {
  return (
    <div>
      <dt>{what}</dt>
      <dd>
        <b>{showMs(p50Ms)}</b>
        <small>{count === 0 ? 'no data' : `p50 · p95 ${showMs(p95Ms)} · of ${wholeNumber(count)} ${of}`}</small>
      </dd>
    </div>
  );
}
