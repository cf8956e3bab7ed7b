import { type ReactNode, useId } from 'react';
import './panel.css';

interface PanelProps {
  title: ReactNode;
  /** Beside the title, quieter. */
  note?: ReactNode;
  /** At the right of the title. */
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A part of a page, with its title: a landmark. */
export function Panel({ title, note, actions, className, children }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel ${className ?? ''}`} aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <small>{note}</small>}
        {actions !== undefined && <div className="panel-actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** A small thing said at the edge: the environment, the line. `tone` is a CSS colour. */
export function Pill({ tone, title, children }: { tone?: string; title?: string; children: ReactNode }) {
  return (
    <span className="pill" title={title} style={tone === undefined ? undefined : { color: tone, borderColor: tone }}>
      {children}
    </span>
  );
}

/** Nothing is here: why, and what would fill it. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty-state">
      <strong>{title}</strong>
      {children}
    </div>
  );
}
