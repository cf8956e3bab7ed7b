import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** A link to everything known of one request. */
export function RequestLink({ id, label, children }: { id: string; label?: string; children: ReactNode }) {
  return (
    <Link to="/requests/$id" params={{ id }} aria-label={label}>
      {children}
    </Link>
  );
}
