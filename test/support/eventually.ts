import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  /** Milliseconds after which the last failure is the test's. Long, since it is waited for only when something is wrong. */
  readonly within?: number;
  /** Milliseconds between two looks. */
  readonly every?: number;
}

/** Looks again and again until `look` no longer throws, and returns what it saw. */
export async function eventually<Seen>(
  look: () => Seen | Promise<Seen>,
  { within = 30_000, every = 25 }: Patience = {},
): Promise<Seen> {
  const giveUpAt = performance.now() + within;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() >= giveUpAt) throw error;
    }
    await pause(every);
  }
}
