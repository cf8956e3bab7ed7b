import { useNavigate } from '@tanstack/react-router';
import { useLive } from '../live/useLive.ts';
import { Choice, FilterBar, named, Toggle, withoutNothing } from '../ui/filterParts.tsx';
import { ranged } from '../ui/range.ts';
import { Times } from '../ui/times.tsx';
import { kindWords, listTerms, outcomeWords, type RequestSearch } from './filter.ts';
import type { Counts } from './useCounts.ts';

type Change = (change: { [Key in keyof RequestSearch]: RequestSearch[Key] | undefined }) => void;

interface FiltersProps {
  search: RequestSearch;
  chains: string[];
  /** Undefined until they are known; the filters work without. */
  counts: Counts | undefined;
  /** `counts` are those of the filters before, until these are counted. */
  isOld: boolean;
}

/** The filters, each in the address, and how many requests each choice would leave. */
export function Filters({ search, chains, counts, isOld }: FiltersProps) {
  const navigate = useNavigate();
  const { circuits } = useLive();
  const change: Change = (part) =>
    void navigate({ to: '.', search: withoutNothing<RequestSearch>({ ...search, ...part }), replace: true });
  return (
    <FilterBar label="Filter requests" set={Object.keys(search).length} isOld={isOld}>
      <Choice
        label="Chain"
        value={search.chain}
        options={named([...chains, ...seen(counts?.counts.chain)])}
        counts={counts?.counts.chain}
        choose={(chain) => change({ chain })}
      />
      <Choice
        label="Outcome"
        value={search.outcome}
        options={Object.entries(outcomeWords)}
        counts={counts?.counts.outcome}
        choose={(outcome) => change({ outcome: outcome as RequestSearch['outcome'] })}
      />
      <Choice
        label="Provider"
        value={search.provider}
        options={named([...circuits.map(({ provider }) => provider), ...seen(counts?.counts.provider)])}
        counts={counts?.counts.provider}
        choose={(provider) => change({ provider })}
      />
      <Choice
        label="Failed or skipped"
        value={search.kind}
        options={kindsOf(counts)}
        counts={counts?.counts.failureKind}
        choose={(kind) => change({ kind })}
      />
      <Choice
        label="Client"
        value={search.client}
        options={named(seen(counts?.counts.client))}
        counts={counts?.counts.client}
        choose={(client) => change({ client })}
      />
      <Marks search={search} counts={counts} change={change} />
      <Times
        range={search}
        terms={listTerms}
        choose={(range) => void navigate({ to: '.', search: ranged(search, range), replace: true })}
      />
    </FilterBar>
  );
}

const marks = [
  ['fallback', 'By a fallback'],
  ['rescued', 'Rescued'],
  ['felt', 'Felt by the caller'],
] as const;

/** What is so or not of a request. */
function Marks({ search, counts, change }: { search: RequestSearch; counts: Counts | undefined; change: Change }) {
  return marks.map(([name, label]) => (
    <Toggle
      key={name}
      label={label}
      on={search[name] === true}
      count={counts?.counts[name]}
      set={(on) => change({ [name]: on || undefined })}
    />
  ));
}

function seen(counts: Readonly<Record<string, number>> | undefined): string[] {
  return Object.keys(counts ?? {}).sort();
}

/** Those that occurred, the most frequent first; before they are known, all. */
function kindsOf(counts: Counts | undefined): [string, string][] {
  if (!counts) return Object.entries(kindWords);
  const found = Object.entries(counts.counts.failureKind).sort(([, one], [, other]) => other - one);
  return found.map(([kind]) => [
    kind,
    Object.hasOwn(kindWords, kind) ? kindWords[kind as keyof typeof kindWords] : kind,
  ]);
}
