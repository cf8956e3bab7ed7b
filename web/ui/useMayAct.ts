import { useQuery } from '@tanstack/react-query';
import { aboutQuery } from '../api.ts';

/** Whether who is signed in may trip and reset. Viewers may not, and are offered nothing that would be refused. */
export function useMayAct(): boolean {
  const { data: about } = useQuery(aboutQuery);
  return about !== undefined && about.role !== 'viewer';
}
