import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { recall, remember } from './memory.ts';
import type { Zone } from './time.ts';

const key = 'recloser-zone';

/** The one time zone of everything shown: of the address, else as chosen last, else UTC. */
export function useZone(): Zone {
  const { tz } = useSearch({ from: '__root__' });
  return tz ?? recall(key) ?? 'utc';
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
