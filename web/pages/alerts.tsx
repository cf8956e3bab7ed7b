import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Deliveries } from '../alerts/deliveries.tsx';
import { Destinations } from '../alerts/destinations.tsx';
import { Going } from '../alerts/going.tsx';
import { HowToAlert } from '../alerts/howTo.tsx';
import { trpc } from '../api.ts';
import { useLive } from '../live/useLive.ts';
import { EmptyState } from '../ui/panel.tsx';
import { ReadError } from '../ui/readError.tsx';
import '../requests/requests.css';
import '../alerts/alerts.css';

const againMs = 5_000;
const firstRows = 50;
/** As many as are given at once. */
const mostRows = 500;

/** Who is told of trouble, of what they were told, and whether it arrived. */
export function AlertsPage() {
  const { status } = useLive();
  const [limit, setLimit] = useState(firstRows);
  const [pointed, setPointed] = useState(false);
  const { data, error, isPending } = useQuery({
    ...trpc.alerts.list.queryOptions({ limit }),
    placeholderData: keepPreviousData,
    // No row moves under the pointer.
    refetchInterval: status === 'live' && !pointed ? againMs : false,
  });
  const isEmpty = data?.destinations.length === 0;
  return (
    <>
      <h1 className="visually-hidden">Alerts</h1>
      {error && <ReadError error={error} isKept={data !== undefined} />}
      {isPending && <EmptyState title="Reading the record…" />}
      {data && !isEmpty && <Going alerts={data.alerts} lastOfGoing={data.lastOfGoing} />}
      {data && !isEmpty && <Destinations destinations={data.destinations} />}
      {isEmpty && <HowToAlert />}
      {data && (!isEmpty || data.deliveries.length > 0) && (
        <Deliveries
          deliveries={data.deliveries}
          isCut={data.deliveries.length === limit && limit < mostRows}
          more={() => setLimit(mostRows)}
          setPointed={setPointed}
        />
      )}
    </>
  );
}
