import { useMatches } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useLive } from '../live/useLive.ts';

const pageNames: Record<string, string> = {
  '/': 'Live',
  '/requests': 'Requests',
  '/incidents': 'Incidents',
  '/incidents/$id': 'Incident',
  '/savings': 'Savings',
  '/providers/$name': 'Provider',
  '/audit': 'Audit',
  '/alerts': 'Alerts',
  '/access': 'Access',
};

/** The tab tells the state without being looked at: `(1 open) Recloser`, and a mark that opens. */
export function useTabFace(): void {
  const { circuits, status, known } = useLive();
  const page = useMatches({ select: (matches) => matches.map(({ routeId }) => pageNames[routeId]).find(Boolean) });
  const open = circuits.filter(({ state }) => state === 'open' || state === 'tripped').length;
  const lost = status === 'stale' || !known;
  useEffect(() => {
    document.title = `${open > 0 ? `(${open} open) ` : ''}Recloser${page ? ` · ${page}` : ''}`;
  }, [open, page]);
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon) icon.href = iconOf(lost ? 'lost' : open > 0 ? 'open' : 'closed');
  }, [open, lost]);
}

type Face = 'closed' | 'open' | 'lost';

const faceColors: Record<Face, string> = { closed: '#35c4a0', open: '#ff6161', lost: '#8a9aa8' };

function iconOf(face: Face): string {
  const color = faceColors[face];
  const contact = face === 'open' ? 'M7 11 14 5' : 'M7 11h8';
  const dash = face === 'lost' ? ' stroke-dasharray="1.5 3"' : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22"><rect width="22" height="22" rx="5" fill="#11171d"/><path d="M2 11h5M15 11h5" stroke="${color}" stroke-width="2.4"/><path d="${contact}" stroke="${color}" stroke-width="2.6" stroke-linecap="round"${dash}/><circle cx="7" cy="11" r="2" fill="#e3ebf2"/><circle cx="15" cy="11" r="2" fill="#e3ebf2"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
