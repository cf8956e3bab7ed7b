import { Modal, useMantineColorScheme } from '@mantine/core';
import { type AnyRouter, useNavigate, useRouter } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { type Command, useAllCommands } from '../commands.ts';
import { liveStore } from '../live/page.ts';
import { useLive } from '../live/useLive.ts';
import { pinned, ranged, readRange } from '../ui/range.ts';
import { signOut } from '../ways.ts';
import { ownZone, useSetZone } from '../zone.tsx';
import { pages } from './header.tsx';

/** Every command by its name. */
export function Palette({ close, openHelp }: { close: () => void; openHelp: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const found = [...useAllCommands(), ...useShellCommands(openHelp)].filter(({ label }) => matches(label, text));
  const chosen = Math.min(at, found.length - 1);
  // At once, and not when the dialog's own timer has run: what is typed right after ⌘K is a command's name.
  const focus = useCallback((input: HTMLInputElement | null) => input?.focus(), []);
  const run = (command: Command | undefined) => {
    if (!command) return;
    close();
    // After the palette has gone, so that what opens gets the focus.
    requestAnimationFrame(() => command.run());
  };
  const move = (by: number) => {
    const next = (chosen + by + found.length) % Math.max(1, found.length);
    setAt(next);
    document.getElementById(`palette-${next}`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <Modal.Root opened onClose={close} transitionProps={{ duration: 0 }} padding={0}>
      <Modal.Overlay />
      <Modal.Content aria-label="Commands">
        <input
          ref={focus}
          className="palette-input"
          role="combobox"
          aria-label="Command"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={found.length > 0 ? `palette-${chosen}` : undefined}
          data-autofocus
          placeholder="What to do, or where to go"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') move(1);
            else if (event.key === 'ArrowUp') move(-1);
            else if (event.key === 'Enter') run(found[chosen]);
            else return;
            event.preventDefault();
          }}
        />
        <div id="palette-list" className="palette-list" role="listbox" aria-label="Commands">
          {found.map((command, index) => (
            <button
              key={command.label}
              id={`palette-${index}`}
              type="button"
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              onClick={() => run(command)}
              onMouseMove={() => setAt(index)}
            >
              {command.label}
              {command.keys !== undefined && <kbd>{command.keys}</kbd>}
            </button>
          ))}
        </div>
        {found.length === 0 && <p className="palette-none">No command has these words.</p>}
      </Modal.Content>
    </Modal.Root>
  );
}

/** All words, in any order. */
function matches(label: string, text: string): boolean {
  const lower = label.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}

function useShellCommands(openHelp: () => void): Command[] {
  const navigate = useNavigate();
  const router = useRouter();
  const setZone = useSetZone();
  const { setColorScheme } = useMantineColorScheme();
  const { status, circuits, pause, resume } = useLive();
  const paused = status === 'paused';
  return [
    ...pages.map(({ to, label, keys }) => ({ label: `Go to ${label}`, keys, run: () => void navigate({ to }) })),
    { label: 'Go to Alerts', run: () => void navigate({ to: '/alerts' }) },
    { label: 'Go to Access', run: () => void navigate({ to: '/access' }) },
    ...circuits.map(({ provider: name }) => ({
      label: `Go to ${name}`,
      run: () => void navigate({ to: '/providers/$name', params: { name } }),
    })),
    { label: paused ? 'Go on showing what happens' : 'Pause what is shown', keys: 'p', run: paused ? resume : pause },
    { label: 'Copy a link to this page', run: () => void navigator.clipboard.writeText(linkToThis(router)) },
    { label: 'Show times in UTC', run: () => setZone('utc') },
    { label: "Show times in this machine's zone", run: () => setZone(ownZone()) },
    { label: 'Light theme', run: () => setColorScheme('light') },
    { label: 'Dark theme', run: () => setColorScheme('dark') },
    { label: 'Theme as the system', run: () => setColorScheme('auto') },
    { label: 'Keys and marks', keys: '?', run: openHelp },
    { label: 'Sign out', run: () => void signOut({ everywhere: false }) },
  ];
}

/** Where the page shows a time up to now, one that ends now: it shows the same tomorrow. */
function linkToThis(router: AnyRouter): string {
  const { matches, location } = router.state;
  const terms = matches.find(({ staticData }) => staticData.terms)?.staticData.terms;
  const search = { ...location.search };
  const fixed = terms && ranged(search, pinned(readRange(search, terms), terms.standard, liveStore.serverNow()));
  const { href } = router.buildLocation({ to: '.', search: fixed ?? search, hash: true });
  return new URL(href, window.location.href).href;
}
