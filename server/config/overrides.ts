import type { Environment } from './document.ts';
import type { Path, Source } from './source.ts';
import { asPlainScalar } from './substitute.ts';

/** What the command line may say in place of the file, as text. */
export interface Flags {
  gatewayHost?: string | undefined;
  gatewayPort?: string | undefined;
  controlHost?: string | undefined;
  controlPort?: string | undefined;
  database?: string | undefined;
  environment?: string | undefined;
  node?: string | undefined;
}

interface Override {
  path: Path;
  flag: keyof Flags;
  option: string;
  variable: string;
}

const overridable: readonly Override[] = [
  { path: ['gateway', 'host'], flag: 'gatewayHost', option: '--gateway-host', variable: 'RECLOSER_GATEWAY_HOST' },
  { path: ['gateway', 'port'], flag: 'gatewayPort', option: '--gateway-port', variable: 'RECLOSER_GATEWAY_PORT' },
  { path: ['control', 'host'], flag: 'controlHost', option: '--control-host', variable: 'RECLOSER_CONTROL_HOST' },
  { path: ['control', 'port'], flag: 'controlPort', option: '--control-port', variable: 'RECLOSER_CONTROL_PORT' },
  { path: ['database'], flag: 'database', option: '--database', variable: 'RECLOSER_DATABASE' },
  { path: ['environment'], flag: 'environment', option: '--environment', variable: 'RECLOSER_ENVIRONMENT' },
  { path: ['node'], flag: 'node', option: '--node', variable: 'RECLOSER_NODE' },
];

/** Puts flags, then variables, over what the file says. An empty one says nothing. */
export function override(source: Source, from: { env: Environment; flags: Flags }): void {
  for (const { path, flag, option, variable } of overridable) {
    const flagged = from.flags[flag];
    const text = flagged || (Object.hasOwn(from.env, variable) ? from.env[variable] : undefined);
    if (!text) continue;
    if (source.put(path, asPlainScalar(text))) source.setOrigin(path, { name: flagged ? option : variable, text });
  }
}
