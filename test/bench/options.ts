import { parseArgs } from 'node:util';

export interface Options {
  /** A look, not a measurement: it writes nothing. */
  quick: boolean;
  /** Names of the cases to measure; null: all. */
  only: ReadonlySet<string> | null;
  /** Whether Portkey's gateway is to stand beside. */
  portkey: boolean;
}

/** Throws an error that says what to do. */
export function readOptions(args: string[], names: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      portkey: { type: 'boolean', default: true },
    },
    allowNegative: true,
  });
  const only = values.only === undefined ? null : new Set(values.only.split(',').map((name) => name.trim()));
  const unknown = [...(only ?? [])].filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`--only knows no "${unknown.join('", "')}": use ${names.join(', ')}.`);
  return { quick: values.quick, only, portkey: values.portkey };
}
