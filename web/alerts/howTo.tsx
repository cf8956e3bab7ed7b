import { CopyBox } from '../ui/copyBox.tsx';
import { EmptyState } from '../ui/panel.tsx';

const example = `alerts:
  - name: on-call
    kind: pagerduty
    routingKey: "\${PAGERDUTY_KEY}"
    on: [page]
  - name: team
    kind: slack
    url: "\${SLACK_WEBHOOK_URL}"
  - name: ours
    kind: webhook
    url: https://hooks.example.com/recloser
    secret: "\${ALERTS_SECRET}"`;

/** Nobody is told of anything: how somebody would be. */
export function HowToAlert() {
  return (
    <section className="panel" aria-label="Who is told">
      <EmptyState title="Nobody is told when something breaks">
        <p>
          An alert goes out as a <b>page</b> when callers get errors or a chain would not survive the next loss, and as
          a <b>notify</b> for an outage that was absorbed: one an incident, with reminders and its end.
        </p>
        <p>Put those you want into the config, and have it read again (SIGHUP):</p>
        <CopyBox text={example} label="the example" />
        <p>
          A secret to sign with is made by <code>echo whsec_$(openssl rand -base64 32)</code>; the receiver knows it
          too.
        </p>
      </EmptyState>
    </section>
  );
}
