import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, Process } from './processes.ts';
import type { Bed, Hosted } from './sides.ts';

/** Another gateway to stand beside: no dependency of ours, so it is fetched for the benchmark alone, into a folder of its own. */
export const portkeyVersion = '1.15.2';
const name = '@portkey-ai/gateway';
const installMs = 180_000;

/** Null: it cannot be had here, and `why` is told. */
export async function startPortkey(bed: Bed, why: (sentence: string) => void): Promise<Hosted | null> {
  try {
    const program = installed();
    const [port = 0] = await freePorts(1);
    const process_ = new Process([program, `--port=${port}`, '--headless'], bed.core);
    const origin = `http://127.0.0.1:${port}`;
    await process_.ready(origin);
    const headers = {
      authorization: 'Bearer bench',
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `${bed.provider}/v1`,
    };
    const side = {
      name: 'portkey',
      process: process_,
      origin,
      path: '/v1/chat/completions',
      headers,
      model: 'bench-model',
    };
    return { process: process_, side, [Symbol.asyncDispose]: () => process_[Symbol.asyncDispose]() };
  } catch (error) {
    why(`${name} ${portkeyVersion} could not be started: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

function installed(): string {
  const folder = join(tmpdir(), `recloser-bench-portkey-${portkeyVersion}`);
  const program = join(folder, 'node_modules', name, 'build', 'start-server.js');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-save', '--no-audit', '--no-fund'];
  execFileSync('npm', [...args, `${name}@${portkeyVersion}`], { stdio: 'ignore', timeout: installMs });
  return program;
}
