import { type ReactNode, useId } from 'react';
import type { CircuitEntry } from '../../server/core/circuit/types.ts';
import { ForAge } from '../diagram/forAge.tsx';
import { useLive } from '../live/useLive.ts';
import { showAge } from '../time.ts';
import { StateBadge } from '../ui/state.tsx';
import { useWallNow } from '../ui/useServerNow.ts';
import { causeSentence } from '../words.ts';
import { maxReasonCharacters } from './words.ts';

/** The circuit as it is known now, in a line. */
export function NowLine({ entry }: { entry: CircuitEntry }) {
  const why = causeSentence(entry);
  return (
    <p className="dialog-now">
      <StateBadge state={entry.state} />
      <span className="muted">
        <ForAge since={entry.since} />
        {why === '' ? '' : ` · ${why}`}
      </span>
    </p>
  );
}

/** Somebody, or the circuit itself, was quicker. Nothing is done until the operator has seen it. */
export function Moved({ entry, onGoOn }: { entry: CircuitEntry; onGoOn: () => void }) {
  return (
    <div className="dialog-moved" role="alert">
      <p>
        <b>{entry.provider} has changed since you looked.</b> Nothing was done. It is now:
      </p>
      <NowLine entry={entry} />
      <button type="button" className="button" onClick={onGoOn}>
        Go on from there
      </button>
    </div>
  );
}

/** Says that what is shown is old, where it is. */
export function StaleLine() {
  const { status, staleSince } = useLive();
  const now = useWallNow();
  if (status === 'live' || status === 'reconnecting' || staleSince === null) return null;
  return (
    <p className="dialog-stale" role="status">
      ▲ What you see is {showAge(Math.max(1_000, now - staleSince))} old
      {status === 'paused' ? ': this page is paused.' : ': there is no connection.'}
    </p>
  );
}

interface ReasonProps {
  value: string;
  picks: readonly string[];
  onChange: (reason: string) => void;
}

/** Why: required, in the audit for good. */
export function Reason({ value, picks, onChange }: ReasonProps) {
  const id = useId();
  return (
    <div className="dialog-field">
      <label htmlFor={id}>
        Reason <span className="muted">required; it is kept in the audit</span>
      </label>
      <input
        id={id}
        className="dialog-input"
        required
        maxLength={maxReasonCharacters}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <div className="dialog-picks">
        {picks.map((pick) => (
          <button
            key={pick}
            type="button"
            className="button"
            aria-pressed={value === pick}
            onClick={() => onChange(pick)}
          >
            {pick}
          </button>
        ))}
      </div>
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  legend: ReactNode;
  options: readonly { value: Value; label: string; about?: string }[];
  value: Value;
  onChange: (value: Value) => void;
}

/** One of a few, as chips; with `about`, as a list. */
export function Choice<Value extends string>({ legend, options, value, onChange }: ChoiceProps<Value>) {
  const name = useId();
  const listed = options.some(({ about }) => about !== undefined);
  return (
    <fieldset className={`dialog-field ${listed ? 'dialog-list' : 'dialog-chips'}`}>
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            {option.label}
            {option.about !== undefined && <small>{option.about}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Cancel first, and focused; what is dangerous is no brighter than it. */
export function Footer({
  done,
  onClose,
  children,
}: {
  /** Nothing is left to cancel. */
  done: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <div className="dialog-footer">
      <button type="button" className="button dialog-cancel" data-autofocus onClick={onClose}>
        {done ? 'Close' : 'Cancel'}
      </button>
      {children}
    </div>
  );
}

/** An act that is done, but not on disk. */
export function NotDurable() {
  return (
    <p className="dialog-danger" role="alert">
      ■ It took effect, but it is not on disk yet: the record cannot be written now. If Recloser is restarted before it
      can, this act is lost.
    </p>
  );
}
