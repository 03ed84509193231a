import { createHash } from 'node:crypto';

const identities = new WeakMap<object, string>();
const LENGTH = 8;

/**
 * Remembers what a notifier is: the place that it tells, and nothing of the order in which it was made. Only a digest is
 * kept, since most of these places are secrets.
 */
export function identify(notifier: object, ...parts: readonly unknown[]): void {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  identities.set(notifier, digest.slice(0, LENGTH));
}

/** @returns undefined of a class of the program's own, of which nobody knows */
export function identityOf(notifier: object): string | undefined {
  return identities.get(notifier);
}
