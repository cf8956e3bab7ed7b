import { useQuery } from '@tanstack/react-query';
import { aboutQuery } from '../api.ts';
import { CopyBox } from './copyBox.tsx';
import { EmptyState } from './panel.tsx';

/** An empty install: what to do to see something. */
export function FirstRequest() {
  const { data: about } = useQuery(aboutQuery);
  return (
    <EmptyState title="No request has come yet">
      <p>
        Chat applications call Recloser as if it were OpenAI
        {about ? (
          <>
            , at <code>{about.gatewayUrl}/v1</code>; the model they ask for is a chain: {about.chains.join(', ')}
          </>
        ) : (
          ''
        )}
        . {about ? 'Try it:' : 'What they ask is listed here as it ends.'}
      </p>
      {about && <CopyBox text={about.curl} label="the command" />}
    </EmptyState>
  );
}
