import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask, folder, realSimulator, startProgram, writeConfig } from '../support/program.ts';
import { ownMachine } from '../support/survive.ts';

/** A name server that says nothing is one that the system waits ten seconds for. */
const silent = '127.0.0.53';
const dead = ['a', 'b', 'c', 'd', 'e', 'f'];
const ground = ownMachine();
const missing = ground.missing ?? (await noNameServer());

test.skipIf(missing !== null)(
  `six names that nobody answers for keep no other provider from being reached${missing === null ? '' : ` (left out: ${missing})`}`,
  async () => {
    await listen(onTestFinished);
    const simulator = await realSimulator(['alive']);
    const path = await folder();
    const url = (name: string) =>
      name === 'alive' ? simulator.url(name).replace('127.0.0.1', 'provider.test') : `http://${name}.nobody.test/v1`;
    const chain = [...dead, 'alive'];
    const quick = Object.fromEntries(chain.map((name) => [name, ', timeouts: { connect: 500ms }']));
    const config = await writeConfig(path, { simulator: { url }, chain, providers: quick });
    const options = ground.start(path);
    writeFileSync(join(path, 'resolv.conf'), `nameserver ${silent}\n`);
    const program = await startProgram(config, options);
    const trail = [...dead.map((name) => `${name}=connect`), 'alive=ok'].join(', ');
    expect(await ask(program)).toMatchObject({ status: 200, trail });
  },
);

/** Takes questions and never answers. */
async function listen(whenDone: (end: () => void) => void): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(53, silent);
  await once(socket, 'listening');
  whenDone(() => void socket.close());
}

async function noNameServer(): Promise<string | null> {
  try {
    await listen((end) => end());
    return null;
  } catch {
    return 'this user may not open the port of a name server';
  }
}
