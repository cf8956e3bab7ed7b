import { showAge, unbroken } from '../time.ts';
import { useServerNow } from '../ui/useServerNow.ts';

/** How long it has been so: `for 5 m 33 s`, and `just now` before it is a second. */
export function ForAge({ since }: { since: number }) {
  const age = useServerNow() - since;
  return <>{age < 1_000 ? 'just now' : unbroken(`for ${showAge(age)}`)}</>;
}
