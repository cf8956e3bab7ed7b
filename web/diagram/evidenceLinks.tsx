import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { trpc } from '../api.ts';
import { groupEvidence, readEvidence } from './evidence.ts';
import { RequestLink } from './requestLink.tsx';

/** What is not in the record yet is asked for again so soon, and so often. */
const againMs = 1_500;
const maxAsked = 4;

interface EvidenceProps {
  ids: readonly string[];
  /** Before it, where there is something to say. */
  lead?: string;
  /** In its place where the record knows nothing of it. */
  otherwise?: ReactNode;
}

/** What moved a circuit, by kind, each linked to the request it happened to: "4 time-outs, one 503". */
export function EvidenceLinks({ ids, lead = '', otherwise = null }: EvidenceProps) {
  const evidence = readEvidence(ids);
  const wanted = evidence.map(({ id }) => id);
  const { data } = useQuery(
    trpc.requests.evidence.queryOptions(
      { ids: wanted },
      {
        enabled: wanted.length > 0,
        // What is in the record stays as it is. A request still under way is in it soon.
        staleTime: Number.POSITIVE_INFINITY,
        refetchInterval: ({ state }) =>
          (state.data?.length ?? 0) < wanted.length && state.dataUpdateCount < maxAsked && againMs,
      },
    ),
  );
  const groups = groupEvidence(evidence, data ?? []);
  if (groups.length === 0) return otherwise;
  return (
    <span className="evidence">
      {lead}
      {groups.map(({ words, evidence: [first, ...others] }, index) => (
        <span key={words}>
          {index > 0 && ', '}
          {first && <RequestLink id={first.requestId}>{words}</RequestLink>}
          {others.map(({ id, requestId }, place) => (
            <RequestLink key={id} id={requestId} label={`${words}, number ${place + 2}`}>
              <sup>{place + 2}</sup>
            </RequestLink>
          ))}
        </span>
      ))}
    </span>
  );
}
