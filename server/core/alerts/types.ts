/** Alerts by what callers feel. Times are ms since 1970. */

/** `page`: callers get errors, or a chain would not survive the next loss. `notify`: an outage that was absorbed. */
export const severities = ['notify', 'page'] as const;
export type Severity = (typeof severities)[number];

export const destinationKinds = ['webhook', 'slack', 'pagerduty'] as const;
export type DestinationKind = (typeof destinationKinds)[number];

/** One entry of `alerts` in the config: where alerts go, and which. */
export interface AlertSettings {
  name: string;
  kind: DestinationKind;
  /** Whoever knows it may send there: it is a secret. */
  url: string;
  /** What a webhook is signed with, as `whsec_…`; null: another kind. */
  secret: string | null;
  /** Signed with as well while the receiver moves to the new one; null: none. */
  previousSecret: string | null;
  /** Of PagerDuty; null: another kind. */
  routingKey: string | null;
  /** It may be at an address that is link-local, or a cloud's metadata. */
  allowLinkLocal: boolean;
  on: Severity[];
  /** So many callers have to get an error in one incident before that is a page; what fewer got is a notice. */
  errors: number;
  /** Trouble has to last so long before it is told here. */
  holdMs: number;
  /** While it lasts it is told again so often; null: it is not. */
  remindMs: number | null;
  /** Only trouble of these; null: of any. */
  chains: string[] | null;
}

/**
 * What one message says of an alert. `recovered`: well again, and watched for long yet; `returned`: not so well after all.
 * A flap is neither. `test` is of no alert.
 */
export const sendings = ['opened', 'escalated', 'reminder', 'recovered', 'returned', 'resolved', 'test'] as const;
export type Sending = (typeof sendings)[number];

/** Something to be alerted about: an incident, or a chain with nobody behind the provider that carries it. */
export interface Concern {
  incidentId: number | null;
  /** Null: it is an incident. */
  chain: string | null;
  state: 'bad' | 'well' | 'over';
  /** Callers who got an error. */
  errors: number;
  /** Nobody would be left without the provider that carries a chain now. */
  isRisk: boolean;
  /** When it was detected; null: it is as old as it has been seen. */
  detectedAt: number | null;
  /** An incident is over when nothing comes until then; null: not known. */
  quietUntil: number | null;
  /** Chains whose callers it bears on. */
  chains: string[];
}

/** One alert as it is kept: the same key for as long as it is about the same thing. */
export interface Alert {
  /** `incident/14/1760000000000` or `chain/lucy/1760000000000`, by when it was first seen: no other Recloser has the same. */
  key: string;
  incidentId: number | null;
  chain: string | null;
  seenAt: number;
  /** Bad without a break since then; null: it is not bad now. */
  badSince: number | null;
  /** A chain would not survive the next loss, without a break since then; null: it would now. */
  riskSince: number | null;
  /** Well without a break since then; null: it is not well now. */
  wellSince: number | null;
  /** Null: it goes on. */
  resolvedAt: number | null;
  /** What each destination was told last. */
  told: Told[];
}

export interface Told {
  destination: string;
  sending: Sending;
  severity: Severity;
  at: number;
  /** How many messages it was sent of this alert, this one among them. */
  count: number;
}

/** What a message says, as plain text without any format. Kept, so that a second try says the same. */
export interface AlertMessage {
  sending: Sending;
  severity: Severity;
  /** Of the alert; the same in each of its messages. */
  key: string;
  title: string;
  lines: string[];
  /** Where to read on; null: the dashboard's address is not known. */
  link: string | null;
  at: number;
  environment: string;
  incidentId: number | null;
  chains: string[];
  providers: string[];
  /** When what is told of began. */
  beganAt: number;
  /** Callers who got an error; null: not counted. */
  errors: number | null;
}

/** What became of the messages to one destination since this run began, and how many have not arrived yet. */
export interface AlertSums extends Record<Exclude<Delivery['status'], 'waiting'>, number> {
  destination: string;
  waiting: number;
}

/** One message to one destination: a row of the log of deliveries. */
export interface Delivery {
  id: string;
  /** Null: a test. */
  alertKey: string | null;
  destination: string;
  /** Of the messages about this alert to this destination, from 1. */
  ordinal: number;
  message: AlertMessage;
  createdAt: number;
  /** `waiting`: to be sent, or sent again; `dropped`: the destination is not in the config any more. */
  status: 'waiting' | 'delivered' | 'failed' | 'dropped';
  attempts: number;
  /** Not tried before. */
  nextAt: number;
  /** Of the last try: what was answered; null: nothing was. */
  answer: number | null;
  /** What was wrong with the last try, in a sentence without any address or key; null: nothing. */
  error: string | null;
  settledAt: number | null;
}
