import { useQuery } from '@tanstack/react-query';
import { trpc } from '../api.ts';
import { TimeText } from './figures.tsx';

interface Props {
  /** Which rows: a key of `retention`. */
  kind: 'requests' | 'minutes';
  /** The beginning of what is shown, ms since 1970; undefined: as far back as there is. */
  from: number | undefined;
  /** What follows from it. */
  children: string;
}

/** Where a page reaches further back than its rows are kept: from when on there are any. Else nothing. */
export function LetGo({ kind, from = 0, children }: Props) {
  const { data } = useQuery(trpc.record.kept.queryOptions());
  const before = data?.find((each) => each.kind === kind)?.letGoBefore ?? null;
  if (before === null || from >= before) return null;
  return (
    <span className="muted let-go">
      {kind === 'requests' ? 'Requests' : 'Figures'} of before <TimeText at={before} /> were let go (retention.{kind}):{' '}
      {children}
    </span>
  );
}
