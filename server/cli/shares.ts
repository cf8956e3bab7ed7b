import { type Command, InvalidArgumentError } from 'commander';
import { type BillingKind, billingKinds } from '../core/savings/shares.ts';
import { reasonText } from './acts.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { list, tell } from './print.ts';
import type { CliWorld } from './world.ts';

/** As it was given; commander makes nothing of null. */
type Share = number | 'unknown';

interface ShareOptions extends ClientOptions {
  promptShare: Share;
  outputShare: Share;
  source: string;
  dated: string;
  reason: string;
}

/** `share`: what is taken to be billed of calls that fail. */
export function addShares(program: Command, world: CliWorld): void {
  const share = program.command('share').description('what is taken to be billed of calls that fail: list, set, drop');
  withClientOptions(share.command('list'))
    .description('by provider, and how the call fails')
    .action((options: ClientOptions) =>
      withClient(world, options, async (client) => {
        const shares = await client.savings.shares.query();
        list(world, options, {
          data: shares,
          rows: shares,
          head: ['PROVIDER', 'KIND', 'PROMPT', 'ANSWER', 'WRITTEN BY', 'SOURCE'],
          cells: ({ provider, kind, promptShare, outputShare, written, source }) => [
            ...[provider, kind, shareText(promptShare), shareText(outputShare), written?.by ?? '–', source ?? '–'],
          ],
          none: 'There are no providers.',
        });
      }),
    );
  aimed(share.command('set'))
    .requiredOption('--prompt-share <share>', 'of the prompt, from 0 to 1, or unknown', readShare)
    .requiredOption('--output-share <share>', 'of what was answered, from 0 to 1, or unknown', readShare)
    .requiredOption('--source <text>', 'where that is written: an address, or a few words')
    .requiredOption('--dated <day>', 'when it was read there, as in 2026-11-25')
    .description('write over what the vendor’s table says')
    .action((provider: string, kind: BillingKind, options: ShareOptions) =>
      withClient(world, options, async (client) => {
        const { promptShare, outputShare, source, dated, reason } = options;
        const share = { promptShare: known(promptShare), outputShare: known(outputShare) };
        const done = await client.savings.setShare.mutate({ provider, kind, reason, source, dated, ...share });
        tell(world, options, { done, sentence: shareSentence(done) });
      }),
    );
  aimed(share.command('drop'))
    .description('take that away again: the vendor’s table stands')
    .action((provider: string, kind: BillingKind, options: ShareOptions) =>
      withClient(world, options, async (client) => {
        const done = await client.savings.dropShare.mutate({ provider, kind, reason: options.reason });
        tell(world, options, { done, sentence: shareSentence(done) });
      }),
    );
}

function aimed(command: Command): Command {
  return withClientOptions(command)
    .argument('<provider>', 'its name in the config')
    .argument('<kind>', `how the call fails: ${billingKinds.join(', ')}`, kindText)
    .requiredOption('--reason <text>', 'why: it is kept in the audit', reasonText);
}

function kindText(text: string): BillingKind {
  const kind = billingKinds.find((one) => one === text);
  if (kind) return kind;
  throw new InvalidArgumentError(`Give one of ${billingKinds.join(', ')}.`);
}

function known(given: Share): number | null {
  return given === 'unknown' ? null : given;
}

function readShare(text: string): Share {
  if (text === 'unknown') return text;
  const share = /^\d(\.\d+)?$/.test(text) ? Number(text) : 2;
  if (share <= 1) return share;
  throw new InvalidArgumentError('Give a share from 0 to 1, as in 0.5, or unknown.');
}

function shareText(share: number | null): string {
  return share === null ? '?' : `${Math.round(share * 1_000) / 10} %`;
}

interface SharedOut {
  provider: string;
  kind: string;
  promptShare: number | null;
  outputShare: number | null;
}

function shareSentence({ provider, kind, promptShare, outputShare }: SharedOut): string {
  return `Of calls to ${provider} that fail (${kind}), ${shareText(promptShare)} of the prompt and ${shareText(outputShare)} of the answer count as billed now.`;
}
