import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { UserId } from '../../domain/user-id.js';
import {
  endedKeyOf,
  healedFrom,
  healedUsers,
  healedValue,
  metaKey,
  offlineAtOf,
  openKey,
  sessionsOf,
} from './session-codec.js';
import { entries, hasMany, SYNCED, type Batch, type Database } from '../level/database.js';
import type { StartMark } from '../level/files/start-mark.js';
import type { Ledger } from './meta.js';

/** Keys of one kind, in order. */
type Remains = readonly Buffer[];

/** Keys with more bytes than this between them are merged separately: about one file. */
const SPAN = 2 * 1024 * 1024;

/** Adds the erasure of a user to the batch, and returns where the data was; nowhere for an unknown user. */
export async function addErasure(
  db: Database,
  batch: Batch,
  user: UserId,
  ledger: Ledger,
): Promise<Remains[]> {
  const open = openKey(user);
  const sessions: Buffer[] = [];
  const ended: Buffer[] = [];
  const healed: Buffer[] = [];
  const [isOpen] = await hasMany(db, [open]);
  if (isOpen === true) {
    batch.del(open);
    if (ledger.open !== undefined) ledger.open--;
  }
  // A long history is removed chunk by chunk, so that others are served in between.
  for await (const chunk of entries(db, sessionsOf(user))) {
    for (const [key, value] of chunk) {
      const end = endedKeyOf(key, offlineAtOf(value));
      batch.del(key).del(end);
      sessions.push(key);
      ended.push(end);
    }
  }
  for await (const chunk of entries(db, healedUsers)) {
    for (const [key, value] of chunk) {
      const { users } = healedFrom(key, value);
      if (!users.includes(user)) continue;
      batch.put(key, healedValue(users.filter((other) => other !== user)));
      healed.push(key);
    }
  }
  if (batch.length === 0) return [];
  batch.put(metaKey('erasing'), Buffer.from('true'));
  ledger.sessions -= sessions.length;
  return [[open], sessions, ended, healed];
}

/** LevelDB merges a file when a newer one overlaps it; these two keys overlap everything. */
async function overlapWithAll(db: Database): Promise<void> {
  await db.batch().del(Buffer.of(0)).del(Buffer.of(0xff)).write();
}

/** Rewrites every file. */
export async function mergeAll(db: Database): Promise<void> {
  await overlapWithAll(db);
  await db.compactRange(Buffer.of(0), Buffer.of(0xff));
}

export interface ScrubberDeps {
  /** Whether files may be merged: damage would be merged into others, or end the process. */
  isMergeable(): Promise<boolean>;
  failed(error: unknown): void;
}

/**
 * LevelDB keeps deleted data in its files until it merges them, and erased must mean erased. So the files are merged in
 * the background, once for all waiting erasures. A mark on disk makes the next start finish what this one does not.
 */
export class Scrubber {
  readonly #db: Database;
  readonly #mark: Pick<StartMark, 'merging' | 'merged'>;
  readonly #deps: ScrubberDeps;
  #remains: Remains[] = [];
  #expected = 0;
  #work: Promise<void> | undefined;

  constructor(db: Database, mark: Pick<StartMark, 'merging' | 'merged'>, deps: ScrubberDeps) {
    this.#db = db;
    this.#mark = mark;
    this.#deps = deps;
  }

  /** Continues what was left when the database was last closed. Where the data was is no longer known. */
  async resume(): Promise<void> {
    const [isErasing] = await hasMany(this.#db, [metaKey('erasing')]);
    if (isErasing !== true) return;
    this.#remains.push([Buffer.of(0), Buffer.of(0xff)]);
    this.#start();
  }

  /** Starts once the erasure is stored. */
  async after(erasure: Promise<readonly Remains[]>): Promise<void> {
    this.#expected++;
    try {
      this.#remains.push(...(await erasure));
    } finally {
      this.#expected--;
    }
    this.#start();
  }

  /** Resolves once nothing erased is in the files, unless LevelDB could not write. */
  async settled(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
  }

  #start(): void {
    if (this.#remains.length === 0) return;
    this.#work ??= this.#run().then((goesOn) => {
      this.#work = undefined;
      if (goesOn) this.#start();
    });
  }

  /** @returns whether the rest may be merged as well */
  async #run(): Promise<boolean> {
    const db = this.#db;
    try {
      // The mark of the erasure stays, and so does LevelDB's journal, which may say more about the damage.
      if (!(await this.#deps.isMergeable())) return false;
      await this.#mark.merging();
      while (this.#remains.length > 0) {
        const remains = this.#remains.splice(0);
        await this.#flush();
        await overlapWithAll(db);
        for (const keys of remains) await this.#merge(keys);
      }
      if (this.#expected === 0) await db.del(metaKey('erasing'), SYNCED);
    } catch (error) {
      // The mark stays, so the next opening continues. The journal says what LevelDB found.
      this.#deps.failed(error);
      return false;
    } finally {
      await this.#mark.merged();
    }
    // LevelDB's journal `LOG` names the keys between which it merged.
    for (const name of ['LOG', 'LOG.old']) await rm(path.join(db.location, name), { force: true });
    return true;
  }

  /** Erased data may still be in memory, and would reach a file only now. */
  async #flush(): Promise<void> {
    await this.#db.compactRange(Buffer.of(0), Buffer.of(0));
  }

  async #merge(keys: Remains): Promise<void> {
    const [first] = keys;
    const last = keys.at(-1);
    if (first === undefined || last === undefined) return;
    const end = Buffer.concat([last, Buffer.of(0)]);
    if (keys.length > 2 && (await this.#db.approximateSize(first, end)) > SPAN) {
      const middle = keys.length >> 1;
      await this.#merge(keys.slice(0, middle));
      await this.#merge(keys.slice(middle));
    } else {
      await this.#db.compactRange(first, end);
    }
  }
}
