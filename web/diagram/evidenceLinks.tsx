import { useQueries } from '@tanstack/react-query';
import { trpc } from '../api.ts';
import { groupEvidence, readEvidence } from './evidence.ts';
import { RequestLink } from './requestLink.tsx';

/** What opened a circuit, by kind, each linked to the request it happened to: ": 4 time-outs, one 503". */
export function EvidenceLinks({ ids }: { ids: readonly string[] }) {
  const evidence = readEvidence(ids);
  const found = useQueries({
    // What is in the record stays as it is. A request still under way is in it soon.
    queries: [...new Set(evidence.map(({ requestId }) => requestId))].map((id) =>
      trpc.requests.get.queryOptions({ id }, { staleTime: Number.POSITIVE_INFINITY, retry: 3, retryDelay: 1_500 }),
    ),
  });
  const groups = groupEvidence(
    evidence,
    found.flatMap(({ data }) => (data ? [data] : [])),
  );
  if (groups.length === 0) return null;
  return (
    <span className="evidence">
      {groups.map(({ words, evidence: [first, ...others] }, index) => (
        <span key={words}>
          {index === 0 ? ': ' : ', '}
          {first && <RequestLink id={first.requestId}>{words}</RequestLink>}
          {others.map(({ requestId, ordinal }, place) => (
            <RequestLink key={`${requestId}/${ordinal}`} id={requestId} label={`${words}, number ${place + 2}`}>
              <sup>{place + 2}</sup>
            </RequestLink>
          ))}
        </span>
      ))}
    </span>
  );
}
