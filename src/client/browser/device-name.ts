import type { Environment } from './environment.js';

/** A device has at most 64 characters: these, a hyphen, and 8 of the suffix. */
const NAME = /^[\w.-]{1,55}$/;

/**
 * The name with a suffix of its own for each tab, so that two tabs, and two computers, are two devices. A reload keeps it.
 *
 * @throws RangeError
 */
export function deviceName(env: Environment, name: string): string {
  if (!NAME.test(name)) throw new RangeError('device must be 1 to 55 of A-Za-z0-9._-');
  return `${name}-${env.keep(`heartbeat ${name}`, randomName(env))}`;
}

/** Up to 8 of a-z0-9. */
export function randomName(env: Pick<Environment, 'random'>): string {
  return env.random().toString(36).slice(2, 10);
}
