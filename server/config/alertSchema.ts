import { z } from 'zod';
import { destinationKinds, severities } from '../core/alerts/types.ts';
import { duration, list, match, oneOf, period, section, text, whole, yesNo } from './leaves.ts';
import { DAY, HOUR, headerSafe, label, MINUTE } from './names.ts';

const addressSays = 'an address that begins with https://, without user, password or #';
const address = z
  .string({ error: addressSays })
  .max(2_000, { error: addressSays })
  .refine(
    (written) => {
      if (!URL.canParse(written) || !/^https?:\/\//i.test(written) || /[\s#]/.test(written)) return false;
      const { username, password, hostname } = new URL(written);
      return username === '' && password === '' && hostname !== '';
    },
    { error: addressSays },
  );

/** Standard Webhooks asks for 24 to 64 bytes. */
const signing = () =>
  match(
    /^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    'a secret for signing: whsec_ and 24 to 64 bytes in base64, as `echo whsec_$(openssl rand -base64 32)` makes one',
  );

/** One entry of `alerts`: where alerts go, and which. */
export const alertSchema = section({
  name: label.describe('What it is called on the dashboard and in the log of deliveries.'),
  kind: oneOf(...destinationKinds).describe(
    '`webhook`: signed as Standard Webhooks has it; `slack`: an incoming webhook of Slack, or of what takes its messages; `pagerduty`: Events v2.',
  ),
  url: address
    .exactOptional()
    .describe(
      `Where to send to; a secret, so write \${NAME}. Default: for pagerduty its address in the United States.`,
    ),
  secret: signing().exactOptional().describe('What a webhook is signed with: `whsec_` and base64.'),
  previousSecret: signing()
    .exactOptional()
    .describe('Signed with as well, while the receiver moves from this secret to the new one.'),
  routingKey: headerSafe('a key on one line of printable characters')
    .exactOptional()
    .describe('Of an Events v2 integration of PagerDuty.'),
  on: list(oneOf(...severities), 'a list out of page, notify')
    .min(1, { error: 'at least one of page, notify' })
    .prefault(['page', 'notify'])
    .describe(
      '`page`: callers get errors, or a chain would not survive the next loss; `notify`: an outage that was absorbed.',
    ),
  errors: whole(1, 1_000)
    .prefault(3)
    .describe(
      'So many callers have to get an error in one incident before that is a page; what fewer got is a notice.',
    ),
  hold: duration(0, HOUR).prefault('30s').describe('Trouble has to last so long before it is told here.'),
  remind: period(5 * MINUTE, DAY)
    .prefault('30m')
    .describe('While it lasts it is told again so often; or off.'),
  chains: list(text('the name of a chain'), 'a list of names of chains')
    .min(1, { error: 'at least one chain' })
    .exactOptional()
    .describe('Only what bears on these. Default: every chain.'),
  allowLinkLocal: yesNo()
    .prefault(false)
    .describe('Take an address that is link-local, or where a cloud keeps credentials of this machine.'),
});
