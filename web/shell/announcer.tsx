import { useEffect, useRef, useState } from 'react';
import { useLive } from '../live/useLive.ts';
import { causeSentence } from '../words.ts';

/** Screen readers hear an opened circuit and a lost connection, and nothing else. */
export function Announcer() {
  const { circuits, status, known } = useLive();
  const before = useRef<{ out: Set<string>; lost: boolean } | null>(null);
  const [said, say] = useState('');
  const lost = status === 'stale';
  useEffect(() => {
    if (!known) return;
    const out = circuits.filter(({ state }) => state === 'open' || state === 'tripped');
    const last = before.current;
    before.current = { out: new Set(out.map(({ provider }) => provider)), lost };
    if (!last) return;
    const opened = out.filter(({ provider }) => !last.out.has(provider));
    if (lost && !last.lost) say('Connection to Recloser lost. What is shown is old.');
    else if (opened.length > 0) {
      say(opened.map((entry) => `Circuit of ${entry.provider} opened: ${causeSentence(entry)}.`).join(' '));
    }
  }, [circuits, known, lost]);
  return (
    <div className="visually-hidden" role="status" aria-live="assertive">
      {said}
    </div>
  );
}
