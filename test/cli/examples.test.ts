import { expect, it } from 'vitest';
import { examples } from '../../server/cli/examples.ts';
import { run } from '../support/cli.ts';
import { startControl, testToken } from '../support/control.ts';

/** `trip a --reason "b c"` → its parts, as a shell would give them. */
function argvOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** What is missing here, and is refused with 2 as well. */
const missing = 'outage.json: there is no such file';

it('every command has examples in its help, and none of them is wrong use', async () => {
  await using control = await startControl();
  const env = { RECLOSER_URL: control.url, RECLOSER_TOKEN: testToken };
  const { out } = await run(['help']);
  const named = [...out.matchAll(/^ {2}([a-z][a-z-]*)( |$)/gm)].map(([, name]) => name ?? '');
  expect(named.length).toBeGreaterThan(25);
  for (const name of named.filter((each) => each !== 'help')) {
    const own = Object.keys(examples).filter((each) => each === name || each.startsWith(`${name} `));
    expect([name, own.length > 0]).toEqual([name, true]);
  }
  for (const [name, lines] of Object.entries(examples)) {
    const help = await run([...name.split(' '), '--help']);
    for (const line of lines) {
      expect(help.out.replace(/\s+/g, ' ')).toContain(`recloser ${line}`.replace(/\s+/g, ' '));
      // A live table goes on until somebody ends it.
      const signal = line.includes('--watch') ? AbortSignal.abort() : new AbortController().signal;
      const backup = () => 1;
      const { exitCode, err } = await run(argvOf(line), { env: { ...env, ...keys }, signal, backup });
      if (err.includes(missing)) continue;
      expect([line, exitCode === 2, exitCode === 2 ? err : '']).toEqual([line, false, '']);
    }
  }
});

/** Of the example config. */
const keys = { DEEPSEEK_API_KEY: 'a', GROQ_API_KEY: 'b', DASHSCOPE_API_KEY: 'c' };
