import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ListenerSettings } from './core/settings.ts';

/** A start that was refused, in a sentence that says what to do. */
export class StartError extends Error {}

/** Of every address there is, the one by which this machine reaches us, and that both listeners answer to. */
const anyAddresses: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Listens; the answer is the address by which this machine reaches it. Rejects with `StartError`, and the server is closed then. */
export async function listen(server: FastifyInstance, settings: ListenerSettings, name: string): Promise<string> {
  const { host, port } = settings;
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw new StartError(refusal(error, settings, name), { cause: error });
  }
  const address = server.server.address() as AddressInfo;
  const reached = anyAddresses[address.address] ?? address.address;
  const shown = reached.includes(':') ? `[${reached}]` : reached;
  return `http://${shown}:${address.port}`;
}

function refusal(error: unknown, { host, port }: ListenerSettings, name: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is in use, so the ${name} listener cannot start. End what holds it, or choose another port: "${name}.port" in the config, or RECLOSER_${name.toUpperCase()}_PORT.`;
  }
  if (code === 'EACCES')
    return `Port ${port} needs more rights than this process has: choose "${name}.port" above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `This machine has no address "${host}": correct "${name}.host" in the config.`;
  }
  return `The ${name} listener cannot start on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}`;
}
