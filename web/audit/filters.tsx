import { useNavigate } from '@tanstack/react-router';
import type { Outputs } from '../api.ts';
import { listTerms } from '../requests/filter.ts';
import { Choice, FilterBar, named, Toggle, withoutNothing } from '../ui/filterParts.tsx';
import { ranged } from '../ui/range.ts';
import { Times } from '../ui/times.tsx';
import type { AuditSearch } from './filter.ts';
import { actWord } from './words.ts';

interface FiltersProps {
  search: AuditSearch;
  /** Undefined until they are known; the filters work without. */
  counts: Outputs['audit']['counts'] | undefined;
  /** `counts` are those of the filters before, until these are counted. */
  isOld: boolean;
}

/** The filters, each in the address, and how many acts each choice would leave. */
export function AuditFilters({ search, counts, isOld }: FiltersProps) {
  const navigate = useNavigate();
  const change = (part: { [Key in keyof AuditSearch]: AuditSearch[Key] | undefined }) =>
    void navigate({ to: '.', search: withoutNothing<AuditSearch>({ ...search, ...part }), replace: true });
  const names = (part: Readonly<Record<string, number>> | undefined) => named(Object.keys(part ?? {}).sort());
  return (
    <FilterBar label="Filter acts" set={Object.keys(search).length} isOld={isOld}>
      <Choice
        label="Who"
        value={search.who}
        options={names(counts?.who)}
        counts={counts?.who}
        choose={(who) => change({ who })}
      />
      <Choice
        label="What"
        value={search.what}
        options={Object.keys(counts?.what ?? {}).map((what) => [what, actWord(what)])}
        counts={counts?.what}
        choose={(what) => change({ what })}
      />
      <Choice
        label="On"
        value={search.subject}
        options={names(counts?.subject)}
        counts={counts?.subject}
        choose={(subject) => change({ subject })}
      />
      <Toggle
        label="Refused"
        on={search.refused === true}
        count={counts === undefined ? undefined : (counts.outcome.refused ?? 0)}
        set={(on) => change({ refused: on || undefined })}
      />
      <Times
        range={search}
        terms={listTerms}
        choose={(range) => void navigate({ to: '.', search: ranged(search, range), replace: true })}
      />
    </FilterBar>
  );
}
