import type { AlertMessage, AlertSettings, DestinationKind } from './types.ts';

/** What is posted, by kind of destination. No key but PagerDuty's, which belongs into its body, is in here. */
export function bodyOf(message: AlertMessage, destination: AlertSettings): unknown {
  return bodies[destination.kind](message, destination);
}

const bodies: Record<DestinationKind, (message: AlertMessage, destination: AlertSettings) => unknown> = {
  webhook: webhookBody,
  slack: slackBody,
  pagerduty: pagerDutyBody,
};

/** As github.com/standard-webhooks proposes: `type`, `timestamp`, `data`. */
function webhookBody(message: AlertMessage) {
  const { sending, at, beganAt, ...data } = message;
  const times = { at: iso(at), beganAt: iso(beganAt) };
  return { type: `alert.${sending}`, timestamp: iso(at), data: { ...data, ...times } };
}

const marks = { page: ':rotating_light:', notify: ':information_source:' } as const;

/** What Slack and those that take its messages (Mattermost, Rocket.Chat, …) show: one text, with its few signs escaped. */
function slackBody({ sending, severity, title, lines, link, environment }: AlertMessage) {
  const isOver = sending === 'resolved' || sending === 'recovered';
  const mark = isOver ? ':white_check_mark:' : marks[severity];
  const more = link === null ? [] : [`<${escaped(link)}|Open on the dashboard>`];
  return { text: [`${mark} *${escaped(`${environment}: ${title}`)}*`, ...lines.map(escaped), ...more].join('\n') };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const mostSummary = 1_024;
const pagerDutySeverity = { page: 'critical', notify: 'warning' } as const;

/** Events API v2. Whatever is well again resolves what has the same `dedup_key`; all else triggers it. */
function pagerDutyBody(message: AlertMessage, { routingKey }: AlertSettings) {
  const { sending, severity, key, title, lines, link, at, environment, chains, providers } = message;
  const isOver = sending === 'resolved' || sending === 'recovered';
  const event = { routing_key: routingKey, dedup_key: `recloser/${environment}/${key}`.slice(0, 255) };
  if (isOver) return { ...event, event_action: 'resolve' };
  return {
    ...event,
    event_action: 'trigger',
    payload: {
      summary: `${environment}: ${title}`.slice(0, mostSummary),
      source: `recloser ${environment}`,
      severity: sending === 'test' ? 'info' : pagerDutySeverity[severity],
      timestamp: iso(at),
      component: providers.join(', ') || undefined,
      group: chains.join(', ') || undefined,
      custom_details: { what: lines, environment },
    },
    links: link === null ? [] : [{ href: link, text: 'Open on the dashboard' }],
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
