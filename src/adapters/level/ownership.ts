import { realpath, stat } from 'node:fs/promises';
import { HeartbeatError } from '../../errors.js';

const REGISTRY = Symbol.for('heartbeat.directories');

/** A directory that this process has open, under one name however it is spelt. */
export interface Owned {
  readonly path: string;
  release(): void;
}

/**
 * LevelDB locks a directory by the path it is given: within one process another spelling of the same directory, a link
 * to it or a second mount is not seen, and two writers destroy what each of them acknowledged. So LevelDB gets the real
 * path, and the directory itself is kept in a registry, which a second copy of this package shares.
 *
 * @param directory must exist
 * @throws HeartbeatError `HEARTBEAT_STORE_LOCKED` when this process has it open
 */
export async function own(directory: string): Promise<Owned> {
  const path = await realpath(directory);
  const { dev, ino } = await stat(path, { bigint: true });
  const key = `${String(dev)}:${String(ino)}`;
  const owned = registry();
  if (owned.has(key)) {
    throw new HeartbeatError(
      'HEARTBEAT_STORE_LOCKED',
      `another daemon or instance in this process owns ${directory}: close it, or choose another directory`,
    );
  }
  owned.add(key);
  return { path, release: () => owned.delete(key) };
}

function registry(): Set<string> {
  const known: unknown = Reflect.get(globalThis, REGISTRY);
  if (isSet(known)) return known;
  const made = new Set<string>();
  Reflect.set(globalThis, REGISTRY, made);
  return made;
}

function isSet(value: unknown): value is Set<string> {
  return value instanceof Set;
}
