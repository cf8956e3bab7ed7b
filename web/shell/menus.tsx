import { type MantineColorScheme, Menu, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { isZone, timeOfDay, type Zone, zoneName } from '../time.ts';
import { useServerNow } from '../ui/useServerNow.ts';
import { signOut } from '../ways.ts';
import { ownZone, useSetZone, useZone } from '../zone.tsx';

const menuProps = { position: 'bottom-end', transitionProps: { duration: 0 }, shadow: 'md' } as const;

/** The server's clock in the chosen zone, and the choice. */
export function ClockMenu() {
  const zone = useZone();
  const setZone = useSetZone();
  const now = useServerNow();
  const own = ownZone();
  return (
    <Menu {...menuProps} width={240}>
      <Menu.Target>
        <button type="button" className="pill pill-button" title="Time zone of everything shown">
          <span>
            <span className="shell-clock tabular">{timeOfDay(now, zone)} </span>
            {zoneName(zone, now)}
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Show times in</Menu.Label>
        <ZoneItem zone="utc" label="UTC" chosen={zone} choose={setZone} />
        <ZoneItem zone={own} label={`This machine's zone (${own})`} chosen={zone} choose={setZone} />
        {zone !== 'utc' && zone !== own && <ZoneItem zone={zone} label={zone} chosen={zone} choose={setZone} />}
        <Menu.Divider />
        <NamedZone choose={setZone} />
      </Menu.Dropdown>
    </Menu>
  );
}

function ZoneItem(props: { zone: Zone; label: string; chosen: Zone; choose: (zone: Zone) => void }) {
  const { zone, label, chosen, choose } = props;
  return (
    <Menu.Item role="menuitemradio" aria-checked={zone === chosen} onClick={() => choose(zone)}>
      <span className="check">{zone === chosen ? '✓' : ''}</span>
      {label}
    </Menu.Item>
  );
}

/** A zone by its name, with the browser's list to choose from. */
function NamedZone({ choose }: { choose: (zone: Zone) => void }) {
  const [text, setText] = useState('');
  const [refused, setRefused] = useState(false);
  return (
    <form
      className="zone-form"
      onSubmit={(event) => {
        event.preventDefault();
        const known = text !== '' && isZone(text);
        setRefused(!known);
        if (known) choose(text);
      }}
    >
      <label>
        Another, by name
        <input
          value={text}
          list="zones"
          placeholder="Europe/Berlin"
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <datalist id="zones">
        {Intl.supportedValuesOf('timeZone').map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {refused && <p role="alert">The browser knows no zone of this name. Names look like Europe/Berlin.</p>}
    </form>
  );
}

const schemes: { scheme: MantineColorScheme; label: string; icon: React.ReactNode }[] = [
  { scheme: 'light', label: 'Light', icon: <IconSun size={16} /> },
  { scheme: 'dark', label: 'Dark', icon: <IconMoon size={16} /> },
  { scheme: 'auto', label: 'As the system', icon: <IconDeviceDesktop size={16} /> },
];

export function ThemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const chosen = schemes.find(({ scheme }) => scheme === colorScheme);
  return (
    <Menu {...menuProps}>
      <Menu.Target>
        <button type="button" className="pill pill-button pill-icon" title="Theme" aria-label="Theme">
          {chosen?.icon}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map(({ scheme, label, icon }) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={scheme === colorScheme}
            leftSection={icon}
            onClick={() => setColorScheme(scheme)}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface PersonMenuProps {
  who: string | null;
  openHelp: () => void;
  openPalette: () => void;
}

export function PersonMenu({ who, openHelp, openPalette }: PersonMenuProps) {
  return (
    <Menu {...menuProps}>
      <Menu.Target>
        <button
          type="button"
          className="pill pill-button"
          title="Who is signed in"
          aria-label={`Signed in: ${who ?? 'you'}`}
        >
          <IconUser size={14} aria-hidden="true" />
          {who !== null && <span className="shell-wide">{who}</span>}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {who !== null && <Menu.Label>Signed in as {who}</Menu.Label>}
        <Menu.Item onClick={openPalette} rightSection={<kbd>⌘K</kbd>}>
          Commands
        </Menu.Item>
        <Menu.Item onClick={openHelp} rightSection={<kbd>?</kbd>}>
          Keys
        </Menu.Item>
        <Menu.Item component={Link} to="/alerts">
          Alerts
        </Menu.Item>
        <Menu.Item component={Link} to="/access">
          Access
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut({ everywhere: false })}>Sign out</Menu.Item>
        <Menu.Item onClick={() => void signOut({ everywhere: true })}>Sign out everywhere</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
