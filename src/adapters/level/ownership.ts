import { mkdtemp, realpath, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { Level } from 'level';
import { HeartbeatError } from '../../errors.js';
import { openError } from './store-errors.js';

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
 * Refuses a directory that another process has open, without a look at its files. LevelDB has no call that takes its
 * lock alone, and moves its journal aside before it tries; so it is asked to open a directory in which there is
 * nothing but a link to the lock.
 *
 * @throws HeartbeatError `HEARTBEAT_STORE_LOCKED`
 */
export async function refuseOwned({ path: directory }: Owned): Promise<void> {
  const refused: unknown = await probe(directory).catch((error: unknown) => openError(directory, error));
  if (refused instanceof HeartbeatError && refused.code === 'HEARTBEAT_STORE_LOCKED') throw refused;
}

/** Fails in any case: there is nothing to open. */
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
