/** What follows the help of each command; a test runs every line. */
export const examples: Record<string, readonly string[]> = {
  start: ['start --config recloser.yaml', 'start --config recloser.yaml --control-port 8401'],
  demo: ['demo', 'demo --gateway-port 8400 --control-port 8401'],
  check: ['check recloser.example.yaml', 'check recloser.example.yaml --show', 'check --schema'],
  doctor: ['doctor', 'doctor --config recloser.example.yaml --providers'],
  circuits: ['circuits', 'circuits --once', 'circuits --watch --json'],
  trip: [
    'trip deepseek-v3 --reason "status page says eu-west" --for 15m',
    'trip deepseek-v3 --reason "until I know more"',
    'trip deepseek-v3 --reason "as I saw it" --epoch 0',
  ],
  hold: ['hold deepseek-v3 --reason "the failures are our own test" --for 15m'],
  release: ['release deepseek-v3 --reason "status page says resolved"'],
  reset: ['reset deepseek-v3 --reason "key renewed"', 'reset deepseek-v3 --reason "try it" --to halfOpen'],
  probe: ['probe qwen-72b --reason "is the stand-in well?"'],
  preview: ['preview deepseek-v3'],
  providers: ['providers', 'providers --range 24h', 'providers deepseek-v3'],
  events: ['events', 'events --provider deepseek-v3 --limit 50'],
  requests: ['requests --felt --limit 50', 'requests --provider deepseek-v3 --json', 'requests R1'],
  incidents: ['incidents', 'incidents --open'],
  incident: [
    'incident 1',
    'incident 1 --csv',
    'incident 1 --note "vendor confirmed: a bad deploy" --at 20m',
    'incident 1 --star opened-1',
  ],
  savings: ['savings', 'savings --from 7d --by day --zone Europe/Berlin', 'savings --from 30d --by incident --json'],
  'share list': ['share list'],
  'share set': [
    'share set deepseek-v3 timeout --prompt-share 1 --output-share 0.5 --source "bill of October" --dated 2026-11-25 --reason "read the bill"',
  ],
  'share drop': ['share drop deepseek-v3 timeout --reason "the vendor’s table is right again"'],
  audit: [
    'audit',
    'audit --outcome refused --from 24h',
    'audit --what circuits.trip --on deepseek-v3',
    'audit 01K0000000',
  ],
  alerts: ['alerts', 'alerts --limit 50 --json'],
  'alerts test': ['alerts test on-call'],
  record: ['record'],
  backup: ['backup before-upgrade.db', 'backup before-upgrade.db --database ./data/recloser.db'],
  'config show': [
    'config show',
    'config show --key providers.deepseek-v3',
    'config show --config recloser.example.yaml',
  ],
  'config state': ['config state'],
  'config reload': ['config reload'],
  'token create': ['token create prometheus --role viewer --scope metrics --expires 90d'],
  'token list': ['token list'],
  'token revoke': ['token revoke prometheus'],
  'person add': ['person add ada --role operator'],
  'person invite': ['person invite ada'],
  'person change': ['person change ada --role admin', 'person change ada --disable'],
  'person list': ['person list'],
  'session list': ['session list', 'session list --json'],
  'session end': ['session end --of ada', 'session end --all', 'session end 0123456789abcdef'],
  'export-outage': ['export-outage --provider deepseek-v3 --from 2h --output outage.json'],
  replay: ['replay outage.json --with failures=3 --with open=2m'],
};

/** The lines under the help of one command, named with those above it; empty: there are none. */
export function exampleText(name: string): string {
  const lines = examples[name] ?? [];
  return lines.length === 0 ? '' : `\nExamples:\n${lines.map((line) => `  recloser ${line}`).join('\n')}`;
}

export const afterHelp = `
Where it asks: --url or RECLOSER_URL (http://127.0.0.1:4401), with the token of --token or RECLOSER_TOKEN.
Every command that prints takes --json, and prints one JSON document then.
Exit codes: 0 done; 1 refused: not running, not allowed, no such thing, or it has moved on; 2 wrong use, or a bad config.
"recloser help COMMAND" says more of one, with examples.`;
