import { mkdtemp, realpath, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { Level } from 'level';
import { HeartbeatError } from '../../errors.js';
import { openError } from './level-errors.js';

const REGISTRY = Symbol.for('heartbeat.directories');

/** A directory that this process owns, under one name however it is spelled. */
export interface Owned {
  readonly path: string;
  release(): void;
}

/**
 * LevelDB locks a directory by its path. Within a process it does not notice another spelling, a link or a second
 * mount, and two writers destroy each other's acknowledged data. So LevelDB gets the real path, and the directory
 * itself is in a registry that a second copy of this package shares. See decision 88.
 *
 * @param directory must exist
 * @throws HeartbeatError `HEARTBEAT_STORE_LOCKED` if this process has it open
 */
export async function takeOwnership(directory: string): Promise<Owned> {
  const real = await realpath(directory);
  const { dev, ino } = await stat(real, { bigint: true });
  const key = `${String(dev)}:${String(ino)}`;
  const owned = registry();
  if (owned.has(key)) {
    throw new HeartbeatError(
      'HEARTBEAT_STORE_LOCKED',
      `another daemon or instance in this process owns ${directory}: close it, or choose another directory`,
    );
  }
  owned.add(key);
  return { path: real, release: () => owned.delete(key) };
}

/**
 * Refuses a directory that another process has open, without reading its files. LevelDB has no call that only takes its
 * lock, and moves its journal aside before it tries. So it is asked to open a directory that contains only a link to
 * the lock.
 *
 * @throws HeartbeatError `HEARTBEAT_STORE_LOCKED`
 */
export async function refuseOwned({ path: directory }: Owned): Promise<void> {
  const refused: unknown = await probe(directory).catch((error: unknown) => openError(directory, error));
  if (refused instanceof HeartbeatError && refused.code === 'HEARTBEAT_STORE_LOCKED') throw refused;
}

/** Always fails: there is nothing to open. */
async function probe(directory: string): Promise<void> {
  const beside = await mkdtemp(path.join(directory, 'lock-'));
  try {
    await symlink(path.join('..', 'LOCK'), path.join(beside, 'LOCK'));
    await new Level(beside, { createIfMissing: false }).open();
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
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
