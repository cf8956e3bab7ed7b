import { type AnyRouter, useRouter } from '@tanstack/react-router';
import { useLayoutEffect, useRef } from 'react';

/** What a key does on this page: `j`, `Enter` or `enter`, `Escape` or `escape`; two-key sequences as `g l`. */
export type Keys = Record<string, (event: KeyboardEvent) => void>;

/** The second key of a sequence has to come within so long. */
const sequenceMs = 1_200;

/**
 * Listens to keys for as long as the component is there. Silent while somebody types, while a dialog or a menu is open,
 * with modifier keys held, so that the browser's own keys stay, and on the way to another page: a key meant for that
 * one would act on the one that is being left, and keep the person there.
 */
export function useKeys(keys: Keys): void {
  const router = useRouter();
  useListener(keys, () => isLeaving(router));
}

/** As `useKeys`, for what stands around every page. */
export function useKeysEverywhere(keys: Keys): void {
  useListener(keys, () => false);
}

function isLeaving({ state: { location, resolvedLocation } }: AnyRouter): boolean {
  return resolvedLocation !== undefined && pageOf(location) !== pageOf(resolvedLocation);
}

/** Its first part: a row chosen on a page is an address too, and no other page. */
function pageOf({ pathname }: { pathname: string }): string | undefined {
  return pathname.split('/')[1];
}

function useListener(keys: Keys, isSilent: () => boolean): void {
  const latest = useRef({ keys, isSilent });
  latest.current = { keys, isSilent };
  // Before the page is painted: whoever sees it may use its keys.
  useLayoutEffect(() => {
    let first = { key: '', at: Number.NEGATIVE_INFINITY };
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return;
      if (latest.current.isSilent()) return;
      const key = event.key.length > 1 ? event.key.toLowerCase() : event.key;
      const recent = event.timeStamp - first.at < sequenceMs;
      const run =
        (recent ? latest.current.keys[`${first.key} ${key}`] : undefined) ??
        single(event.key, recent) ??
        single(key, recent);
      first = { key, at: event.timeStamp };
      if (!run) return;
      event.preventDefault();
      first.at = Number.NEGATIVE_INFINITY;
      run(event);
    };
    /** The `r` of a sequence `g r` is no `r` of its own, on whichever component the sequence is. */
    const single = (key: string, recent: boolean) =>
      recent && first.key === 'g' ? undefined : latest.current.keys[key];
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}

function isBusy({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector('[role="dialog"], [role="menu"]')) return true;
  if (!(target instanceof HTMLElement)) return false;
  // The dialog that this very key has closed is out of the page by now, with what had the focus in it.
  if (!target.isConnected) return true;
  if (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select')) {
    return key !== 'Escape';
  }
  // Enter on a button or a link is that button's.
  return key === 'Enter' && target.matches('button, a, summary');
}
