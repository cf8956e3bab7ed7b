import { Outlet, useLocation, useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useKeysEverywhere } from '../keys.ts';
import { startLive } from '../live/page.ts';
import { useLive } from '../live/useLive.ts';
import { JoinPage } from '../pages/join.tsx';
import { SignInPage } from '../pages/signIn.tsx';
import { onStranger } from '../strangers.ts';
import { toFilters } from '../ui/toFilters.ts';
import { Announcer } from './announcer.tsx';
import { Banners } from './banners.tsx';
import { Header } from './header.tsx';
import { Help } from './help.tsx';
import { Palette } from './palette.tsx';
import { useTabFace } from './tabFace.ts';
import './shell.css';

/** What stands around every page. */
export function Shell() {
  const [stranger, setStranger] = useState(false);
  useEffect(() => onStranger(() => setStranger(true)), []);
  // An invitation is for whoever has no way in yet.
  if (useLocation().pathname === '/join') return <JoinPage />;
  return stranger ? <SignInPage /> : <SignedIn />;
}

type Overlay = 'help' | 'palette' | null;

function SignedIn() {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const { status, pause, resume } = useLive();
  const navigate = useNavigate();
  useEffect(startLive, []);
  useTabFace();
  usePagesSoon(status === 'live');
  useKeysEverywhere({
    '?': () => setOverlay('help'),
    'g l': () => void navigate({ to: '/' }),
    'g r': () => void navigate({ to: '/requests' }),
    'g i': () => void navigate({ to: '/incidents' }),
    'g s': () => void navigate({ to: '/savings' }),
    'g a': () => void navigate({ to: '/audit' }),
    '/': toFilters,
    p: () => (status === 'paused' ? resume() : pause()),
  });
  usePaletteKey(() => setOverlay('palette'));
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <Header openPalette={() => setOverlay('palette')} openHelp={() => setOverlay('help')} />
      <Banners />
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <Announcer />
      {overlay === 'help' && <Help close={() => setOverlay(null)} />}
      {overlay === 'palette' && <Palette close={() => setOverlay(null)} openHelp={() => setOverlay('help')} />}
    </>
  );
}

/** Once this page stands the scripts of the others are fetched, so that a key or a click has them at once. */
function usePagesSoon(stands: boolean): void {
  const router = useRouter();
  useEffect(() => {
    if (!stands) return;
    void router.preloadRoute({ to: '/requests/$id', params: { id: '-' } });
    void router.preloadRoute({ to: '/audit' });
    void router.preloadRoute({ to: '/providers/$name', params: { name: '-' } });
  }, [stands, router]);
}

/** ⌘K, and Ctrl-K: also while somebody types. */
function usePaletteKey(open: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      if (!document.querySelector('[role="dialog"]')) open();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  });
}
