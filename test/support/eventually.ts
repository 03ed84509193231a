import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds until a test gives up. Only one that fails waits so long, so this allows for a machine at a tenth of its speed. */
export const PATIENCE = 150_000;

export interface Patience {
  /** Milliseconds until it gives up. */
  readonly within?: number;
  /** Milliseconds between two tries. */
  readonly every?: number;
}

/** Calls `look` until it no longer throws, and returns its result. */
export async function eventually<Seen>(
  look: () => Seen | Promise<Seen>,
  { within = PATIENCE, every = 25 }: Patience = {},
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
