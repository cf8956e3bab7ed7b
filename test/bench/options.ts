import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

export interface Options {
  /** A look, not a measurement: it writes nothing. */
  quick: boolean;
  /** Names of the cases to measure; null: all. */
  only: ReadonlySet<string> | null;
  /** Whether Portkey's gateway is to stand beside. */
  portkey: boolean;
  /** A record of ten million requests, made by `npm run seed`; null: none is browsed. */
  tenMillion: string | null;
}

/** Throws an error that says what to do. */
export function readOptions(args: string[], names: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      portkey: { type: 'boolean', default: true },
      'ten-million': { type: 'string' },
    },
    allowNegative: true,
  });
  const only = values.only === undefined ? null : new Set(values.only.split(',').map((name) => name.trim()));
  const unknown = [...(only ?? [])].filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`--only knows no "${unknown.join('", "')}": use ${names.join(', ')}.`);
  const tenMillion = values['ten-million'] ?? null;
  if (tenMillion !== null && !existsSync(tenMillion))
    throw new Error(
      `--ten-million: there is no ${tenMillion}. Make it by npm run seed -- FILE --requests 10000000 --copied.`,
    );
  return { quick: values.quick, only, portkey: values.portkey, tenMillion };
}
