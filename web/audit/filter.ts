import type { AuditParts } from '../../server/core/auditFilter.ts';
import { listTerms } from '../requests/filter.ts';
import { isText, momentsOf, type RangeSearch, readRange } from '../ui/range.ts';

/** What the Audit page shows, as it stands in its address. */
export interface AuditSearch extends RangeSearch {
  who?: string;
  what?: string;
  subject?: string;
  /** Only what was refused. */
  refused?: true;
}

/** Reads an address; what is not understood is left out. */
export function readAuditSearch(raw: Record<string, unknown>): AuditSearch {
  const { who, what, subject, refused } = raw;
  return {
    ...readRange(raw, listTerms),
    ...(isText(who) ? { who } : {}),
    ...(isText(what) ? { what } : {}),
    ...(isText(subject) ? { subject } : {}),
    ...(refused === true ? { refused } : {}),
  };
}

/** The filter as `audit.list` takes it. `now`: the server's clock, ms since 1970. */
export function auditFilterOf(search: AuditSearch, now: number): AuditParts {
  const { who, what, subject, refused } = search;
  return { who, what, subject, ...(refused ? { outcome: 'refused' } : {}), ...momentsOf(search, now) };
}
