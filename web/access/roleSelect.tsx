import { useId } from 'react';
import type { Role } from '../../server/core/roles.ts';

const about: Record<Role, string> = {
  viewer: 'viewer: looks',
  operator: 'operator: also acts on circuits',
  admin: 'admin: also decides who may come in',
};

interface RoleSelectProps {
  label: string;
  /** The label is for screen readers: what it means is seen from its place. */
  hidden?: boolean;
  name?: string;
  value?: Role;
  onChange?: (role: Role) => void;
}

export function RoleSelect({ label, hidden = false, name, value, onChange }: RoleSelectProps) {
  const id = useId();
  const chosen = value === undefined ? { defaultValue: 'viewer' } : { value };
  return (
    <label htmlFor={id}>
      <span className={hidden ? 'visually-hidden' : ''}>{label}</span>
      <select id={id} name={name} {...chosen} onChange={(event) => onChange?.(event.currentTarget.value as Role)}>
        {Object.entries(about).map(([role, says]) => (
          <option key={role} value={role}>
            {hidden ? role : says}
          </option>
        ))}
      </select>
    </label>
  );
}
