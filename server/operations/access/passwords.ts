import { OperationError } from '../errors.ts';

/** Argon2id with 19 MiB and two passes, as OWASP's password storage sheet names for it. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Computed at once: each takes its memory and a thread. */
const maxAtOnce = 2;
/** Waiting beside them; over it whoever comes is asked to come again. */
const maxWaiting = 20;

export const passwordCharacters = { least: 12, most: 200 } as const;

/** Read when the first password comes: most starts see none. */
const argon2 = () => import('@node-rs/argon2');

let running = 0;
const waiting: (() => void)[] = [];
/** Of no password: verified for names that nobody has, so that the time tells nobody which names there are. */
let decoy: Promise<string> | null = null;

export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hashAside(password));
}

/** The same without waiting for a turn, for what is hashed once a start: people who flood sign-ins keep it from nobody. */
export async function hashAside(secret: string): Promise<string> {
  return (await argon2()).hash(secret, cost);
}

/** Whether this is the password. `kept` null: nobody has it, which takes as long to find out. Throws `unavailable` when too many are at it. */
export async function isPassword(kept: string | null, password: string): Promise<boolean> {
  const { hash, verify } = await argon2();
  decoy ??= hash('nobody has this one', cost);
  const against = kept ?? (await decoy);
  const same = await inTurn(() => verify(against, password));
  return kept !== null && same;
}

async function inTurn<Result>(compute: () => Promise<Result>): Promise<Result> {
  if (running >= maxAtOnce) {
    if (waiting.length >= maxWaiting) {
      throw new OperationError(
        'unavailable',
        'Too many people are signing in at this moment. Try again in a few seconds.',
      );
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running += 1;
  try {
    return await compute();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
