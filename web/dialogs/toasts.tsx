import { useEffect, useState, useSyncExternalStore } from 'react';
import type { CircuitEntry } from '../../server/core/circuit/types.ts';
import { errorSentence, isConflict } from '../errors.ts';
import { stateWords } from '../words.ts';
import './dialogs.css';
import { type Acted, perform } from './useAct.ts';

/** What was done, at the edge of the page for a while; a trip can be taken back there. */

const undoForMs = 10_000;
const toldForMs = 6_000;
const maxToasts = 4;

interface Toast {
  id: number;
  text: string;
  /** Takes it back; null: there is nothing to take back. */
  undo: Acted | null;
}

let toasts: Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Says something for a few seconds. */
export function tell(text: string): void {
  push(text, null);
}

/** After a trip: it can be taken back for 10 s, unless it took the place of another override, which nobody could bring back. */
export function offerUndo(acted: Acted, before: CircuitEntry): void {
  push(`${acted.provider} is tripped.`, before.override === 'none' ? acted : null);
}

function push(text: string, undo: Acted | null): void {
  lastId += 1;
  change([...toasts.slice(1 - maxToasts), { id: lastId, text, undo }]);
}

function drop(id: number): void {
  change(toasts.filter((toast) => toast.id !== id));
}

function change(next: Toast[]): void {
  toasts = next;
  for (const listen of listeners) listen();
}

function subscribe(listen: () => void): () => void {
  listeners.add(listen);
  return () => listeners.delete(listen);
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="status">
      {shown.map((toast) => (
        <ToastBox key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastBox({ toast: { id, text, undo } }: { toast: Toast }) {
  const [working, setWorking] = useState(false);
  const left = useSecondsLeft(undo ? undoForMs : toldForMs);
  useEffect(() => {
    if (left === 0 && !working) drop(id);
  }, [left, working, id]);
  const takeBack = async (acted: Acted) => {
    setWorking(true);
    const said = await undone(acted);
    drop(id);
    tell(said);
  };
  return (
    <div className="toast">
      <span>{text}</span>
      {undo && (
        <button type="button" className="button" disabled={working} onClick={() => void takeBack(undo)}>
          {working ? 'Working…' : 'Undo'}
          {!working && (
            <span className="tabular muted" aria-hidden="true">
              {left} s
            </span>
          )}
        </button>
      )}
    </div>
  );
}

/** What came of taking a trip back, in a sentence. */
async function undone(acted: Acted): Promise<string> {
  try {
    const entry = await perform({ type: 'release', reason: 'trip taken back' }, acted);
    return `The trip is taken back: ${acted.provider} is ${stateWords[entry.state].toLowerCase()}.`;
  } catch (error) {
    const now = isConflict(error);
    return now
      ? `Not taken back: ${now.provider} has moved on, and is ${stateWords[now.state].toLowerCase()} now.`
      : `Not taken back: ${errorSentence(error)}`;
  }
}

function useSecondsLeft(forMs: number): number {
  const [left, setLeft] = useState(Math.ceil(forMs / 1_000));
  useEffect(() => {
    const timer = setInterval(() => setLeft((before) => Math.max(0, before - 1)), 1_000);
    return () => clearInterval(timer);
  }, []);
  return left;
}
