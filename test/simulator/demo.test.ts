import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../server/config/load.ts';
import { demoProviders, demoScenario, demoSettings } from '../../server/simulator/demo.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { startSimulator } from '../support/simulator.ts';

async function startDemo() {
  const clock = new FakeClock();
  const simulator = await startSimulator({ clock, providers: demoProviders });
  return { clock, simulator, scenario: demoScenario({ simulator, clock }) };
}

describe('the demo', () => {
  it('has a config that the ordinary loader takes, with the words simulated and demo in it', () => {
    const urls = {
      'deepseek-v3': 'http://127.0.0.1:1/v1',
      'llama-3.3-70b': 'http://127.0.0.1:2/v1',
      'qwen-72b': 'http://127.0.0.1:3/v1',
    };
    const text = demoSettings({ urls, database: './data/a "demo".db', gatewayPort: 4400, controlPort: 4401 });
    const loaded = loadSettings({ text, file: '/somewhere/demo.yaml', env: {} });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    expect(loaded.settings).toMatchObject({
      environment: 'demo',
      gateway: { host: '127.0.0.1', port: 4400 },
      control: { host: '127.0.0.1', port: 4401 },
      database: '/somewhere/data/a "demo".db',
      chains: [{ name: 'lucy', providers: ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'] }],
    });
    expect(loaded.settings.providers.map(({ baseUrl, model, breaker }) => [baseUrl, model, breaker.openMs])).toEqual([
      [urls['deepseek-v3'], 'deepseek-chat (simulated)', 20_000],
      [urls['llama-3.3-70b'], 'llama-3.3-70b-versatile (simulated)', 20_000],
      [urls['qwen-72b'], 'qwen2.5-72b-instruct (simulated)', 20_000],
    ]);
  });

  it('breaks deepseek-v3 after 20 s for a minute, and again every three minutes', async () => {
    const { clock, simulator, scenario } = await startDemo();
    const seen: [number, boolean][] = [];
    for (const ms of [0, 19_999, 1, 59_999, 1, 119_999, 1]) {
      clock.advance(ms);
      const down = simulator.fault('deepseek-v3') !== 'ok';
      expect(scenario.outage() !== null).toBe(down);
      seen.push([clock.now(), down]);
    }
    expect(seen.filter(([, down]) => down).map(([at]) => at)).toEqual([20_000, 79_999, 200_000]);
  });

  it('says when the next outage comes, and what is now', async () => {
    const { clock, scenario } = await startDemo();
    const began = clock.wall();
    expect(scenario.nextOutageAt()).toBe(began + 20_000);
    expect(scenario.describe()).toContain('The next one begins in 20 s.');
    clock.advance(50_000);
    expect(scenario.outage()).toEqual({ provider: 'deepseek-v3', since: began + 20_000, until: began + 80_000 });
    expect(scenario.describe()).toContain('It is down now, for another 30 s.');
    expect(scenario.nextOutageAt()).toBe(began + 200_000);
    clock.jumpWall(5_000);
    expect(scenario.nextOutageAt()).toBe(began + 205_000);
  });

  it('the stand-in has its spells, the last of the chain has none, and stopping leaves no timer', async () => {
    const { clock, simulator, scenario } = await startDemo();
    const seen = new Set<string>();
    for (let second = 0; second < 720; second++) {
      clock.advance(1_000);
      seen.add(simulator.fault('llama-3.3-70b'));
      expect(simulator.fault('qwen-72b')).toBe('ok');
    }
    expect(seen).toEqual(new Set(['ok', '429/retry-after=8', 'ok/delay=1500ms/gap=40ms']));
    scenario.stop();
    expect(clock.timers).toBe(0);
  });
});
