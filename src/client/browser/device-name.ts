import type { Environment } from './environment.js';

const KEY = 'heartbeat.device';
/** A device has at most 64 characters. */
const SUFFIX_LENGTH = 8;
const LONGEST = 64 - SUFFIX_LENGTH - 1;

/**
 * The name with a suffix of its own for each tab, so that two tabs, and two computers, are two devices. A reload keeps it.
 *
 * @throws RangeError
 */
export function deviceName(env: Environment, name: string): string {
  if (!/^[\w.-]+$/.test(name) || name.length > LONGEST)
    throw new RangeError(`device must be 1 to ${LONGEST} of A-Za-z0-9._-`);
  const key = `${KEY}.${name}`;
  const kept = env.load(key);
  if (kept !== undefined && /^[a-z0-9]{8}$/.test(kept)) return `${name}-${kept}`;
  let suffix = '';
  while (suffix.length < SUFFIX_LENGTH) suffix += Math.floor(env.random() * 36).toString(36);
  env.save(key, suffix);
  return `${name}-${suffix}`;
}
