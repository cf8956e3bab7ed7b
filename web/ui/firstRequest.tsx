import { useQuery } from '@tanstack/react-query';
import { aboutQuery } from '../api.ts';
import { useLive } from '../live/useLive.ts';
import { CopyBox } from './copyBox.tsx';
import { EmptyState, Panel } from './panel.tsx';

/** An empty install: what to do to see something. */
export function FirstRequest() {
  return (
    <EmptyState title="No request has come yet">
      <HowToCall />
    </EmptyState>
  );
}

/** The same above the diagram, until the first request has come. */
export function FirstMinutes() {
  const { data: about } = useQuery(aboutQuery);
  const { requestsShown } = useLive();
  if (!about?.empty || requestsShown > 0) return null;
  return (
    <Panel title="No request has come yet">
      <div className="first-minutes">
        <HowToCall />
      </div>
    </Panel>
  );
}

function HowToCall() {
  const { data: about } = useQuery(aboutQuery);
  if (!about) return <p>What chat applications ask is listed here as it ends.</p>;
  return (
    <>
      <p>
        Chat applications call Recloser as if it were OpenAI, at <code>{about.gatewayUrl}/v1</code>; the model they ask
        for is a chain: {about.chains.join(', ')}. Try it:
      </p>
      <CopyBox text={about.curl} label="the command" />
    </>
  );
}
