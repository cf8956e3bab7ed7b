interface Props<Name extends string> {
  names: readonly Name[];
  chosen: string;
  onChoose: (name: Name) => void;
}

/** How far back a page looks: one of a few names (`1h`, `7d`). */
export function RangeChips<Name extends string>({ names, chosen, onChoose }: Props<Name>) {
  return (
    <fieldset className="provider-ranges">
      <legend className="visually-hidden">How far back</legend>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          className={`chip ${name === chosen ? 'chip-on' : ''}`}
          aria-pressed={name === chosen}
          onClick={() => onChoose(name)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}
