import type { ReactNode } from 'react';

interface TotalProps {
  label: string;
  value: string;
  alarm?: boolean;
  /** Its own red: the whole field. */
  loud?: boolean;
  children: ReactNode;
}

/** One figure with what it is. */
export function Total({ label, value, alarm = false, loud = false, children }: TotalProps) {
  return (
    <div className={loud ? 'total total-loud' : 'total'}>
      <span>{label}</span>
      <p>
        <strong className={alarm ? 'total-alarm' : ''}>{value}</strong>
        <em>{children}</em>
      </p>
    </div>
  );
}
