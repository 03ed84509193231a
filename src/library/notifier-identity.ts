import { createHash } from 'node:crypto';

const identities = new WeakMap<object, string>();
const LENGTH = 8;

/**
 * Remembers what identifies a notifier: the receiver, independent of the order in which notifiers are made. Only a
 * digest is kept, since most of it is secret.
 */
export function identify(notifier: object, ...parts: readonly unknown[]): void {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  identities.set(notifier, digest.slice(0, LENGTH));
}

/** @returns undefined for a class of the program, about which nothing is known */
export function identityOf(notifier: object): string | undefined {
  return identities.get(notifier);
}
