import { useLive } from '../live/useLive.ts';
import { Panel } from '../ui/panel.tsx';
import { StateBadge } from '../ui/state.tsx';

/** Every circuit, as it happens. */
export function LivePage() {
  const { circuits } = useLive();
  return (
    <Panel title="Circuits">
      <ul>
        {circuits.map(({ provider, state }) => (
          <li key={provider}>
            {provider} <StateBadge state={state} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
