import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { recall, remember } from './memory.ts';
import { isZone, type Zone } from './time.ts';

const key = 'recloser-zone';

/**
 * The zone that an address names; where it names none that is known, the one chosen last, else UTC. It then stands in the
 * address: whoever is sent it reads the same times.
 */
export function zoneOf(tz: unknown): Zone {
  return [tz, recall(key)].find((zone): zone is Zone => typeof zone === 'string' && isZone(zone)) ?? 'utc';
}

/** The one time zone of everything shown. */
export function useZone(): Zone {
  return useSearch({ from: '__root__' }).tz;
}

/** Chooses it, in the address, and for the next visit. */
export function useSetZone(): (zone: Zone) => void {
  const navigate = useNavigate();
  return useCallback(
    (zone) => {
      remember(key, zone);
      void navigate({ to: '.', search: (before) => ({ ...before, tz: zone }), replace: true });
    },
    [navigate],
  );
}

/** The name of this machine's zone. */
export function ownZone(): Zone {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
