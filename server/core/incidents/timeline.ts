import { byHand, type CircuitEvent } from '../circuit/types.ts';
import { median } from '../percentile.ts';
import { causeSentence } from '../sentences.ts';
import { compare, inOrder } from './circuitTroubles.ts';
import { lookFirst, oursCounts } from './ours.ts';
import type { IncidentFacts, Milestones, RowKind, TimelineRow } from './report.ts';
import { flappingFrom } from './title.ts';
import type { Incident, Trouble } from './types.ts';
import { plural, span, wordOf } from './words.ts';

/** Rows of one timeline at most; of more, those before the last are left out, and one row says so. */
export const maxRows = 400;

interface Story {
  incident: Incident;
  milestones: Milestones;
  events: readonly CircuitEvent[];
  facts: IncidentFacts;
}

/** What happened, in order, with what repeats itself folded. */
export function timelineOf(story: Story): TimelineRow[] {
  const { incident, events, milestones } = story;
  const end = milestones.resolvedAt ?? Number.POSITIVE_INFINITY;
  const within = inOrder(events).filter(({ at }) => at >= incident.beganAt && at <= end);
  const rows = [
    ...firstFailure(story),
    ...oursRow(story),
    ...firstError(story),
    ...incident.troubles.flatMap((trouble) => (trouble.kind === 'circuit' ? [] : chainRows(trouble))),
    ...incident.providers.flatMap((provider) => circuitRows(provider, within, story)),
    ...within.filter((event) => byHand(event) || event.cause === 'expired').map(actRow),
    ...askedRows(story),
    ...milestoneRows(story),
  ];
  rows.sort((one, other) => one.at - other.at || order[one.kind] - order[other.kind] || compare(one.id, other.id));
  return bounded(rows);
}

/** How it ended is always told. */
function bounded(rows: TimelineRow[]): TimelineRow[] {
  if (rows.length <= maxRows) return rows;
  const left = rows.slice(maxRows - 2, -1);
  const [first, last] = [left[0], left.at(-1)];
  if (!first || !last) return rows;
  const said = [`${plural(left.length, 'more row')} of this time: a timeline has ${maxRows} at most.`];
  const rest = row({ id: 'rest', at: first.at, until: last.at, kind: 'rest', said, starred: true });
  return [...rows.slice(0, maxRows - 2), rest, ...rows.slice(-1)];
}

/** Of rows of the same moment, what led to the other comes first. */
const order: Record<RowKind, number> = {
  failure: 0,
  ours: 1,
  chain: 2,
  act: 3,
  opened: 4,
  flapping: 5,
  mitigated: 6,
  probes: 7,
  halfOpen: 8,
  closed: 9,
  resolved: 10,
  rest: 11,
};

type Given = Pick<TimelineRow, 'id' | 'at' | 'kind' | 'said'> & Partial<TimelineRow>;

function row(given: Given): TimelineRow {
  return { until: null, detail: '', folded: 1, requestId: null, starred: false, ...given };
}

function firstFailure({ facts: { first } }: Story): TimelineRow[] {
  if (!first) return [];
  const { provider, word, durationMs, outcome, servedBy, answeredAfterMs } = first;
  const fate =
    outcome === 'succeeded' && servedBy !== null
      ? ` The caller was answered by ${servedBy}${answeredAfterMs === null ? '' : ` after ${span(answeredAfterMs)}`}.`
      : outcome === 'cancelled'
        ? ' The caller left.'
        : ' The caller got an error.';
  const said = ['First failed attempt: ', { name: provider }, `, ${wordOf(word)} after ${span(durationMs)}.${fate}`];
  return [row({ id: 'first', at: first.at, kind: 'failure', said, requestId: first.requestId })];
}

function oursRow({ incident: { ours } }: Story): TimelineRow[] {
  if (!ours) return [];
  const counts = ours.providers.map(
    ({ provider, attempts, unconnected }) => `${provider}: ${unconnected} of ${plural(attempts, 'attempt')}`,
  );
  return [
    row({
      id: 'ours',
      at: ours.from,
      until: ours.to,
      kind: 'ours',
      said: [`The fault may be ours: ${oursCounts(ours)}. ${lookFirst}`],
      detail: counts.join(', '),
      starred: true,
    }),
  ];
}

function firstError({ facts: { firstError: error } }: Story): TimelineRow[] {
  if (!error) return [];
  const said = ['First caller of ', { name: error.chain }, ' who got an error.'];
  return [row({ id: 'error', at: error.at, kind: 'failure', said, requestId: error.requestId, starred: true })];
}

const chainWords = {
  errors: ['callers got errors', 'Callers no longer get errors.'],
  fallbacks: ['more than usual was answered by fallbacks', 'As many answers by fallbacks as usual.'],
  slow: ['the first token took longer than usual', 'The first token comes as soon as usual.'],
} as const;

function chainRows({ key, kind, subject, detectedAt, endedAt }: Trouble): TimelineRow[] {
  if (kind === 'circuit') return [];
  const [said, over] = chainWords[kind];
  const id = key.replaceAll(/[ /]/g, '-');
  const began = row({ id, at: detectedAt, kind: 'chain', said: [{ name: subject }, `: ${said}.`], starred: true });
  if (endedAt === null) return [began];
  return [began, row({ id: `${id}-over`, at: endedAt, kind: 'chain', said: [{ name: subject }, `: ${over}`] })];
}

/** One opening of a circuit until it closed. */
interface Opening {
  opened: CircuitEvent;
  failed: CircuitEvent[];
  closed: CircuitEvent | null;
}

function circuitRows(provider: string, within: readonly CircuitEvent[], { facts }: Story): TimelineRow[] {
  const openings = openingsOf(within.filter((event) => event.provider === provider));
  if (openings.length < flappingFrom) return openings.flatMap((opening) => openingRows(opening, facts));
  const [first, last] = [openings[0], openings.at(-1)];
  if (!first || !last) return [];
  const failed = openings.reduce((sum, opening) => sum + opening.failed.length, 0);
  const lasted = last.closed ?? last.failed.at(-1) ?? last.opened;
  return [
    openedRow(first.opened),
    row({
      id: `flaps-${idOf(first.opened)}`,
      at: (first.closed ?? first.opened).at,
      until: lasted.at,
      kind: 'flapping',
      said: [{ name: provider }, ` flapping ${openings.length}×: it came back, and failed again.`],
      detail: failed > 0 ? `${plural(failed, 'probe')} failed meanwhile` : '',
      folded: 2 * openings.length + failed - (last.closed ? 2 : 1),
      starred: true,
    }),
    ...(last.closed ? [closedRow(last.closed, facts, last.failed.length + 1)] : []),
  ];
}

function openingsOf(events: readonly CircuitEvent[]): Opening[] {
  const found: Opening[] = [];
  const going = new Map<string, Opening>();
  for (const event of events) {
    const opening = going.get(event.node);
    if (!opening && event.automatic === 'open') {
      const begun: Opening = { opened: event, failed: [], closed: null };
      going.set(event.node, begun);
      found.push(begun);
    } else if (opening && event.automatic === 'closed') {
      opening.closed = event;
      going.delete(event.node);
    } else if (opening && event.cause === 'probe') opening.failed.push(event);
  }
  return found;
}

function openingRows({ opened, failed, closed }: Opening, facts: IncidentFacts): TimelineRow[] {
  return [
    openedRow(opened),
    ...probesRow(failed, opened),
    ...(closed && !byHand(closed) ? [closedRow(closed, facts, failed.length + 1)] : []),
  ];
}

function openedRow(event: CircuitEvent): TimelineRow {
  const { provider, at, evidence } = event;
  const shown = evidence.length > 0 ? `evidence: ${plural(evidence.length, 'attempt')}` : '';
  const said = [{ name: provider }, ` opened: ${causeSentence(event)}.`];
  const requestId = evidence[0]?.split('/')[0] ?? null;
  return row({ id: idOf(event), at, kind: 'opened', said, detail: shown, requestId, starred: true });
}

function probesRow(failed: readonly CircuitEvent[], opened: CircuitEvent): TimelineRow[] {
  const [first, last] = [failed[0], failed.at(-1)];
  if (!first || !last) return [];
  const named = { name: opened.provider };
  const requestId = first.evidence[0]?.split('/')[0] ?? null;
  const given = { id: `probes-${idOf(opened)}`, at: first.at, kind: 'probes' as const, requestId };
  if (failed.length === 1) return [row({ ...given, said: ['Probe 1 of ', named, ' failed.'] })];
  const gaps = failed.map(({ at }, index) => at - (failed[index - 1]?.at ?? opened.at));
  const every = span(median(gaps) ?? 0);
  return [
    row({
      ...given,
      until: last.at,
      said: [`Probes 1 to ${failed.length} of `, named, ` failed, about every ${every}.`],
      folded: failed.length,
    }),
  ];
}

function closedRow(event: CircuitEvent, { probes }: IncidentFacts, number: number): TimelineRow {
  const { provider, at } = event;
  const named = { name: provider };
  const answered = probes.filter((probe) => probe.provider === provider && probe.ok && probe.at <= at).at(-1);
  const took = answered && event.cause === 'probe' ? ` in ${span(answered.durationMs)}` : '';
  const said =
    event.cause === 'probe'
      ? [`Probe ${number} answered${took}: `, named, ' closed.']
      : [named, ` closed: ${causeSentence(event)}.`];
  return row({ id: idOf(event), at, kind: 'closed', said, starred: true });
}

function actRow(event: CircuitEvent): TimelineRow {
  const { provider, by, reason, at, until, cause } = event;
  const lasts = until !== null ? ` for ${span(until - at)}` : '';
  const why = reason ? `: “${reason}”` : '';
  const words: Partial<Record<CircuitEvent['cause'], TimelineRow['said']>> = {
    trip: [{ name: by }, ' tripped ', { name: provider }, `${lasts}${why}.`],
    hold: [{ name: by }, ' held ', { name: provider }, ` closed${lasts}${why}.`],
    reset: [{ name: by }, ' reset ', { name: provider }, `${why}.`],
    release: [{ name: by }, ' released ', { name: provider }, `${why}.`],
    expired: ['What ', { name: by }, ' laid over ', { name: provider }, ' came to its end.'],
  };
  return row({ id: idOf(event), at, kind: 'act', said: words[cause] ?? [{ name: provider }] });
}

/** Our own questions: by hand each, in the background folded. */
function askedRows({ incident, facts: { probes } }: Story): TimelineRow[] {
  const within = probes.filter(({ provider, at }) => incident.providers.includes(provider) && at >= incident.beganAt);
  const hand = within.filter(({ kind }) => kind === 'hand');
  const rows = hand.map(({ provider, at, ok, word, by, durationMs }) =>
    row({
      id: `asked-${provider}-${at}`,
      at,
      kind: 'act',
      said: [
        { name: by },
        ' asked ',
        { name: provider },
        `: ${ok ? 'it answered' : wordOf(word)} after ${span(durationMs)}.`,
      ],
    }),
  );
  for (const provider of incident.providers) {
    const failed = within.filter((probe) => probe.kind === 'recheck' && probe.provider === provider && !probe.ok);
    const [first, last] = [failed[0], failed.at(-1)];
    if (!first || !last) continue;
    const said = [{ name: provider }, ` was asked in the background ${failed.length}×, without an answer.`];
    rows.push(
      row({ id: `rechecks-${provider}`, at: first.at, until: last.at, kind: 'probes', said, folded: failed.length }),
    );
  }
  return rows;
}

function milestoneRows({ milestones, facts }: Story): TimelineRow[] {
  const { mitigatedAt, mitigatedBy, resolvedAt, backBy } = milestones;
  const rows: TimelineRow[] = [];
  if (mitigatedAt !== null && mitigatedBy !== null) {
    const requestId = facts.mitigation?.requestId ?? null;
    const said = [{ name: mitigatedBy }, ' answers instead.'];
    rows.push(row({ id: 'mitigated', at: mitigatedAt, kind: 'mitigated', said, requestId }));
  }
  const back = facts.backs.find(({ at }) => at === resolvedAt);
  if (back && backBy !== null) {
    const said = ['First caller answered by ', { name: back.provider }, ' again.'];
    rows.push(row({ id: 'resolved', at: back.at, kind: 'resolved', said, requestId: back.requestId }));
  }
  return rows;
}

function idOf({ node, seq }: CircuitEvent): string {
  return `event-${node}-${seq}`;
}
