import { useId } from 'react';

interface Props {
  label: string;
  /** Beside the label, quieter: the zone. */
  hint: string;
  /** As the clock of the zone shows it: `2026-11-17T14:03:12`; empty: none. */
  wall: string;
  setWall: (wall: string) => void;
  isOptional?: boolean;
  /** Why it cannot be this moment. */
  problem?: string | null;
}

/** A moment, to the second, as the clock of a zone shows it. */
export function MomentField({ label, hint, wall, setWall, isOptional = false, problem = null }: Props) {
  const id = useId();
  return (
    <div className="dialog-field">
      <label htmlFor={id}>
        {label} <span className="muted">{hint}</span>
      </label>
      <input
        id={id}
        className="dialog-input"
        type="datetime-local"
        step={1}
        required={!isOptional}
        value={wall}
        onChange={(event) => setWall(event.currentTarget.value)}
      />
      {problem !== null && <p className="dialog-danger">■ {problem}</p>}
    </div>
  );
}
