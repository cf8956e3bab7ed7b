import { duration, list, match, section, text } from './leaves.ts';
import { DAY, headerSafe, label, MINUTE } from './names.ts';

/** How people sign in, beside passwords and the link of a start. */

const claimValues = list(text('a value of the claim'), 'a list of values of the claim').prefault([]);

const provider = section({
  issuer: match(
    /^https?:\/\/\S+$/,
    'the address of an OpenID Connect issuer, as in https://login.example.com',
  ).describe('Its /.well-known/openid-configuration is read when somebody signs in. Over http only on loopback.'),
  clientId: text('the id that this program has there').describe('The id that this program has there.'),
  clientSecret: headerSafe('a secret on one line of printable characters')
    .exactOptional()
    .describe('Left out: a public client, which PKCE alone guards.'),
  label: label.exactOptional().describe('What the button says. Default: Sign in with, and the issuer’s host.'),
  scopes: list(text('a scope'), 'a list of scopes')
    .prefault(['openid', 'profile', 'email'])
    .describe('What is asked for.'),
  session: duration(5 * MINUTE, 7 * DAY)
    .prefault('12h')
    .describe('How long a sign-in lasts; then it is asked again, so a role that it has withdrawn is gone by then.'),
  name: text('a claim')
    .prefault('preferred_username')
    .describe('The claim that names a person in the audit; then email, then sub.'),
  roles: section({
    claim: text('a claim')
      .prefault('groups')
      .describe('The claim that says what somebody may do: text, or a list of it.'),
    admin: claimValues.describe('Values that make an admin.'),
    operator: claimValues.describe('Values that make an operator.'),
    viewer: claimValues.describe('Values that make a viewer.'),
  }).describe('The highest role that a value of the claim gives; with none of them nobody comes in.'),
});

export const signInSchema = section({
  url: match(/^https?:\/\/[^/\s]+$/, 'an address without a path, as in https://recloser.example.com')
    .exactOptional()
    .describe('Where people reach the dashboard. With https their cookies go by HTTPS only. A provider needs it.'),
  provider: provider.exactOptional().describe('An OpenID Connect provider.'),
});
