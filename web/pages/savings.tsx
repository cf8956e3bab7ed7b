import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { SavingsSummary } from '../../server/core/savings/summary.ts';
import '../access/access.css';
import { aboutQuery } from '../api.ts';
import '../provider/provider.css';
import '../requests/requests.css';
import { Days } from '../savings/days.tsx';
import { Figures } from '../savings/figures.tsx';
import { Groups, SavedGroups } from '../savings/groups.tsx';
import { How } from '../savings/how.tsx';
import { savingsTerms } from '../savings/range.ts';
import '../savings/savings.css';
import { Shares } from '../savings/shares.tsx';
import { useSavings } from '../savings/useSavings.ts';
import { leftOutWords } from '../savings/words.ts';
import { CopyBox } from '../ui/copyBox.tsx';
import { TimeText } from '../ui/figures.tsx';
import { LetGo } from '../ui/letGo.tsx';
import { EmptyState, Panel } from '../ui/panel.tsx';
import { ProviderLink } from '../ui/providerLink.tsx';
import { ranged } from '../ui/range.ts';
import { ReadError } from '../ui/readError.tsx';
import { Times } from '../ui/times.tsx';

/** What leaving broken providers alone has saved, and what it cost. */
export function SavingsPage() {
  const search = useSearch({ from: '/savings' });
  const { how = 'waiting' } = search;
  const navigate = useNavigate({ from: '/savings' });
  const { data, error } = useSavings(search);
  return (
    <>
      <div className="bar provider-head">
        <h1>Savings</h1>
        {data && (
          <span className="muted">
            <TimeText at={data.from} bare /> to <TimeText at={data.to} after={data.from} />
          </span>
        )}
        <span className="grow" />
        <search className="times" aria-label="Time shown">
          <Times
            range={search}
            terms={savingsTerms}
            choose={(range) => void navigate({ search: (before) => ranged(before, range), replace: true })}
          />
        </search>
      </div>
      {error && <ReadError error={error} isKept={data !== undefined} />}
      {data && data.countedUntil < data.to && (
        <p className="note">
          There is more than is counted at one go: counted up to <TimeText at={data.countedUntil} />. Choose a shorter
          time.
        </p>
      )}
      {data && (
        <LetGo kind="requests" from={data.from}>
          what they spared and cost is in no figure here.
        </LetGo>
      )}
      {data && search.to !== undefined && !isEmpty(data) && (
        <p className="note">
          Requests are those of that time; prices and what is billed of failed calls are those of now, as earlier ones
          are not kept.
        </p>
      )}
      {data && isEmpty(data) && <Empty />}
      {data && !isEmpty(data) && <Figures summary={data} how={how} />}
      {data && !isEmpty(data) && (
        <div className="savings-grid">
          <Days summary={data} />
          <How summary={data} how={how} />
        </div>
      )}
      {data && !isEmpty(data) && <ByProvider summary={data} />}
      {data && !isEmpty(data) && <ByIncident summary={data} />}
      <Shares />
    </>
  );
}

function isEmpty({ total, providers }: SavingsSummary): boolean {
  const left = Object.keys(total.leftOut.skips).length > 0 || providers.some(({ trips }) => trips > 0);
  return total.skips === 0 && total.probes.probes === 0 && !left;
}

function Empty() {
  const { data: about } = useQuery(aboutQuery);
  return (
    <EmptyState title="No provider was left alone in this time">
      <p>
        When a circuit is open, requests go past its provider: each attempt that is not made counts here. Requests come
        in like this one:
      </p>
      {about && <CopyBox text={about.curl} label="the command" />}
    </EmptyState>
  );
}

function ByProvider({ summary: { providers, total } }: { summary: SavingsSummary }) {
  const trips = providers.reduce((sum, one) => sum + one.trips, 0);
  const left = leftOutWords(total, trips);
  const rows = providers.map(({ provider, figures, trips: own }) => ({
    ...{ key: provider, figures },
    label: (
      <>
        <ProviderLink name={provider} /> {own > 0 && <em className="mark">tripped by hand, left out</em>}
      </>
    ),
  }));
  return (
    <Panel title="By provider" actions={<SavedGroups name="savings-providers" head="provider" rows={rows} />}>
      <Groups label="Figures by provider" head="provider" rows={rows} total={total} />
      <p className="savings-note">
        {left.length === 0 ? 'Nothing was left out.' : `Left out, and in no figure: ${left.join('; ')}.`}
      </p>
    </Panel>
  );
}

function ByIncident({ summary: { incidents, total } }: { summary: SavingsSummary }) {
  const rows = incidents.map(({ id, title, figures }) => ({
    ...{ key: id === null ? 'none' : `incident ${id}`, figures },
    label:
      id === null ? (
        'of no incident'
      ) : (
        <Link to="/incidents/$id" params={{ id: String(id) }}>
          #{id} {title}
        </Link>
      ),
  }));
  return (
    <Panel title="By incident" actions={<SavedGroups name="savings-incidents" head="incident" rows={rows} />}>
      <Groups label="Figures by incident" head="incident" rows={rows} total={total} />
    </Panel>
  );
}
