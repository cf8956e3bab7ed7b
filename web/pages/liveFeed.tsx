import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { CircuitEvent } from '../../server/core/circuit/types.ts';
import { readEvidence } from '../diagram/evidence.ts';
import { EvidenceLinks } from '../diagram/evidenceLinks.tsx';
import { RequestLink } from '../diagram/requestLink.tsx';
import { TimeText, ZoneWord } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { StateMark } from '../ui/state.tsx';
import { plural, stateWords } from '../words.ts';
import { eventWords, untilWords } from './liveFeedWords.ts';

const shownAtFirst = 8;
const shownMore = 20;

interface FeedProps {
  /** Newest first. */
  events: CircuitEvent[];
  /** The record could not be read, or null. */
  problem: string | null;
}

/** The last transitions of every circuit. */
export function LiveFeed({ events, problem }: FeedProps) {
  const [length, setLength] = useState(shownAtFirst);
  return (
    <Panel
      title="What happened"
      note={
        <>
          newest first · <ZoneWord />
        </>
      }
    >
      {problem !== null && <p className="feed-note">What came before cannot be read: {problem}</p>}
      {events.length === 0 && problem === null && (
        <p className="feed-note muted">No circuit has opened or closed yet. Each time one does, it is told here.</p>
      )}
      <ul className="feed">
        {events.slice(0, length).map((event) => (
          <FeedItem key={`${event.node} ${event.seq}`} event={event} />
        ))}
      </ul>
      {events.length > length && (
        <button type="button" className="button feed-more" onClick={() => setLength(length + shownMore)}>
          Show more
        </button>
      )}
    </Panel>
  );
}

function FeedItem({ event }: { event: CircuitEvent }) {
  const { at, to, until, cause } = event;
  const evidence = readEvidence(event.evidence);
  const first = evidence[0];
  const byHand = cause === 'trip' || cause === 'hold' || cause === 'reset' || cause === 'release';
  return (
    <li>
      <TimeText at={at} bare />
      <StateMark state={to} label={stateWords[to]} />
      <p>
        {eventWords(event).map((part) => (typeof part === 'string' ? part : <b key={part.name}>{part.name}</b>))}
        <span className="feed-more-words muted">
          {until !== null && (
            <span>
              {untilWords(event)} <TimeText at={until} />
            </span>
          )}
          {first && (
            <EvidenceLinks
              ids={event.evidence}
              otherwise={<RequestLink id={first.requestId}>{evidenceWords(evidence.length)}</RequestLink>}
            />
          )}
          {byHand && <Link to="/audit">in the audit</Link>}
        </span>
      </p>
    </li>
  );
}

function evidenceWords(length: number): string {
  return length === 1 ? 'the attempt that did it' : `the first of ${plural(length, 'attempt')} that did it`;
}
