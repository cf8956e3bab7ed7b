import { type Command, Option } from 'commander';
import { type Scope, type ShownPerson, type ShownToken, scopes } from '../core/access.ts';
import { type Role, roles } from '../core/roles.ts';
import { durationText } from './acts.ts';
import { type ClientOptions, controlUrl, withClient, withClientOptions } from './client.ts';
import { list, minute, tell } from './print.ts';
import { printable } from './text.ts';
import type { CliWorld } from './world.ts';

interface TokenOptions extends ClientOptions {
  role: Role;
  scope?: Scope[];
  expires?: string;
}

interface PersonOptions extends ClientOptions {
  role: Role;
}

/** `token` and `person`: who may come in to the control plane. Each takes the role admin. */
export function addAccess(program: Command, world: CliWorld): void {
  addTokens(program.command('token').description('tokens of programs: create, list, revoke'), world);
  addPeople(program.command('person').description('people who sign in: add, invite, change, list'), world);
}

function addTokens(token: Command, world: CliWorld): void {
  withClientOptions(token.command('create'))
    .argument('<name>', 'what it is for, as the audit will name it')
    .addOption(roleOption('what it may do'))
    .addOption(new Option('--scope <noun...>', 'only for these; left out: all its role allows').choices([...scopes]))
    .option('--expires <duration>', 'works for so long, as in 90d', durationText)
    .description('make a token; it is shown this once')
    .action((name: string, { role, scope = [], expires, ...options }: TokenOptions) =>
      withClient(world, options, async (client) => {
        const until = expires === undefined ? {} : { expires };
        const made = await client.access.createToken.mutate({ name, role, scopes: scope, ...until });
        tell(world, options, { done: made, sentence: made.secret });
        world.stderr.write('This is the only time it is shown: put it where it belongs now.\n');
      }),
    );
  withClientOptions(token.command('list'))
    .description('every token, never its secret')
    .action((options: ClientOptions) =>
      withClient(world, options, async (client) => {
        const tokens = await client.access.tokens.query();
        const head = ['NAME', 'STATE', 'ROLE', 'FOR', 'MADE (UTC)', 'BY', 'USED', 'EXPIRES', 'ID'];
        list(world, options, { data: tokens, rows: tokens, head, cells: tokenCells, none: 'There are no tokens yet.' });
      }),
    );
  withClientOptions(token.command('revoke'))
    .argument('<token>', 'its name or its id')
    .description('it lets nobody in from now on')
    .action((id: string, options: ClientOptions) =>
      withClient(world, options, async (client) => {
        const done = await client.access.revokeToken.mutate({ id });
        tell(world, options, { done, sentence: `${printable(done.token.name)} is revoked.` });
      }),
    );
}

function addPeople(person: Command, world: CliWorld): void {
  withClientOptions(person.command('add'))
    .argument('<name>', 'what they sign in with')
    .addOption(roleOption('what they may do'))
    .description('add a person; the link to set a password by is shown this once')
    .action((name: string, { role, ...options }: PersonOptions) =>
      withClient(world, options, async (client) => {
        const added = await client.access.addPerson.mutate({ name, role });
        invited(world, options, added);
      }),
    );
  withClientOptions(person.command('invite'))
    .argument('<person>', 'their name or id')
    .description('a new link to set a password by')
    .action((id: string, options: ClientOptions) =>
      withClient(world, options, async (client) => {
        invited(world, options, await client.access.invitePerson.mutate({ id }));
      }),
    );
  withClientOptions(person.command('change'))
    .argument('<person>', 'their name or id')
    .addOption(new Option('--role <role>', 'what they may do').choices([...roles]))
    .addOption(new Option('--disable', 'they may not come in').conflicts('enable'))
    .option('--enable', 'they may come in again')
    .description('another role, or whether they may come in; their sessions end')
    .action((id: string, { role, disable, enable, ...options }: ClientOptions & ChangeOptions) =>
      withClient(world, options, async (client) => {
        const disabled = disable ? { disabled: true } : enable ? { disabled: false } : {};
        const done = await client.access.changePerson.mutate({ id, ...(role ? { role } : {}), ...disabled });
        tell(world, options, { done, sentence: `${printable(done.person.name)} is ${personWords(done.person)} now.` });
      }),
    );
  withClientOptions(person.command('list'))
    .description('everybody')
    .action((options: ClientOptions) =>
      withClient(world, options, async (client) => {
        const people = await client.access.people.query();
        const head = ['NAME', 'ROLE', 'COMES BY', 'ADDED (UTC)', 'BY', 'SEEN', 'ID'];
        list(world, options, {
          data: people,
          rows: people,
          head,
          cells: personCells,
          none: 'There are no people yet.',
        });
      }),
    );
}

interface ChangeOptions {
  role?: Role;
  disable?: boolean;
  enable?: boolean;
}

function roleOption(description: string): Option {
  return new Option('--role <role>', description).choices([...roles]).makeOptionMandatory();
}

function tokenCells(token: ShownToken): string[] {
  const { name, state, role, createdAt, createdBy, lastUsedAt, expiresAt, id } = token;
  const scope = token.scopes.length === 0 ? 'all' : token.scopes.join(', ');
  return [name, state, role, scope, minute(createdAt), createdBy, minute(lastUsedAt), minute(expiresAt), id];
}

function personCells(person: ShownPerson): string[] {
  const { name, createdAt, createdBy, seenAt, id } = person;
  return [name, personWords(person), person.ways.join(', '), minute(createdAt), createdBy, minute(seenAt), id];
}

function personWords({ role, disabledAt }: ShownPerson): string {
  return disabledAt === null ? role : `${role}, shut out`;
}

interface Invited {
  person: ShownPerson;
  secret: string;
  durable: boolean;
}

function invited(world: CliWorld, options: ClientOptions, done: Invited): void {
  const link = `${controlUrl(world, options)}/join?code=${done.secret}`;
  const sentence = `${link}\nGive this link to ${printable(done.person.name)}: it works once, within three days.`;
  const data: Invited & { link: string } = { ...done, link };
  tell(world, options, { done: data, sentence });
}
