/**
 * Who may do what on the control plane. A viewer looks; an operator also acts on circuits and writes notes; an admin also
 * decides who may come in. Each may do what those before may.
 */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whether somebody with the role `has` may do what needs the role `needs`. */
export function covers(has: Role, needs: Role): boolean {
  return roles.indexOf(has) >= roles.indexOf(needs);
}
