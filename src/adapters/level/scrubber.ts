import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ErasedKeys, Scrubbing } from '../../ports/ordered-store.js';
import { metaKey } from '../history/format.js';
import { SYNCED } from '../history/sealed-store.js';
import type { Database } from './database.js';
import type { StartMark } from './files/start-mark.js';
import { levelReadError } from './level-errors.js';

/** Keys with more bytes than this between them are merged separately: about one file. */
const SPAN = 2 * 1024 * 1024;
/** Keys whose range is merged at a time to reclaim space: some megabytes, as those of sessions are small. */
const KEYS = 50_000;
const KEYS_AT_ONCE = 500;
/** A range of larger values ends before it has all these keys. */
const RANGE_BYTES = 8 * 1024 * 1024;

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
export class Scrubber implements Scrubbing {
  readonly #db: Database;
  readonly #mark: Pick<StartMark, 'merging' | 'merged'>;
  readonly #deps: ScrubberDeps;
  #remains: ErasedKeys[] = [];
  #expected = 0;
  /** From which key on space is still to be given back. */
  #reclaimFrom: Buffer | undefined;
  /** Snapshots that are open now, and that were opened so far. */
  #open = 0;
  #opened = 0;
  #isClosing = false;
  #work: Promise<void> | undefined;

  constructor(db: Database, mark: Pick<StartMark, 'merging' | 'merged'>, deps: ScrubberDeps) {
    this.#db = db;
    this.#mark = mark;
    this.#deps = deps;
  }

  /** Where the data was is no longer known. */
  async resume(): Promise<void> {
    const [erasing] = await this.#db.getMany([metaKey('erasing')]).catch((error: unknown) => {
      throw levelReadError(error);
    });
    if (erasing === undefined) return;
    this.#remains.push([Buffer.of(0), Buffer.of(0xff)]);
    this.#start();
  }

  async after(erasure: Promise<readonly ErasedKeys[]>): Promise<void> {
    this.#expected++;
    try {
      this.#remains.push(...(await erasure));
    } finally {
      this.#expected--;
    }
    this.#start();
  }

  reclaim(): void {
    this.#reclaimFrom = Buffer.of(0);
    this.#start();
  }

  /** Something erased waits to be removed from the files. */
  get isLeft(): boolean {
    return this.#remains.length > 0;
  }

  /**
   * A snapshot begins. LevelDB keeps what it can still read, so files are merged once it has ended.
   *
   * @returns what to call when it has ended
   */
  hold(): () => void {
    this.#open++;
    this.#opened++;
    return () => {
      this.#open--;
      // A store that is closed leaves the rest to the next start.
      if (!this.#isClosing) this.#start();
    };
  }

  /**
   * Before a close: reclaims nothing more. Resolves once nothing erased is in the files, unless LevelDB could not write, or a snapshot is still read. Space is
   * left for another time.
   */
  async settled(): Promise<void> {
    this.#isClosing = true;
    while (this.#work !== undefined) await this.#work;
  }

  #start(): void {
    const reclaims = this.#reclaimFrom !== undefined && !this.#isClosing;
    if (this.#open > 0 || (this.#remains.length === 0 && !reclaims)) return;
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
      try {
        await this.#mergeRemains();
        await this.#reclaim();
        if (this.#expected === 0 && this.#remains.length === 0) await db.del(metaKey('erasing'), SYNCED);
      } finally {
        await this.#mark.merged();
      }
    } catch (error) {
      // The mark stays, so the next opening continues. The journal says what LevelDB found.
      this.#deps.failed(error);
      return false;
    }
    // LevelDB's journal `LOG` names the keys between which it merged.
    for (const name of ['LOG', 'LOG.old']) await rm(path.join(db.location, name), { force: true });
    return true;
  }

  /** What a snapshot could still read, or whose files it could, is merged again after it. */
  async #mergeRemains(): Promise<void> {
    while (this.#remains.length > 0 && this.#open === 0) {
      const opened = this.#opened;
      const remains = this.#remains.splice(0);
      let isGone = false;
      try {
        await this.#flush();
        await overlapWithAll(this.#db);
        for (const keys of remains) await this.#merge(keys);
        isGone = this.#opened === opened;
      } finally {
        if (!isGone) this.#remains.push(...remains);
      }
    }
  }

  /**
   * Merges all files, a range of keys after the other: while a range is merged, LevelDB merges nothing else, and slows
   * writes down once too much has gathered. Erasures and snapshots go first; it goes on after them.
   */
  async #reclaim(): Promise<void> {
    if (this.#reclaimFrom === undefined) return;
    await overlapWithAll(this.#db);
    while (this.#reclaimFrom !== undefined && this.#remains.length === 0) {
      if (this.#isClosing || this.#open > 0) return;
      const from: Buffer = this.#reclaimFrom;
      const to = await this.#keyBehind(from);
      await this.#db.compactRange(from, to ?? Buffer.of(0xff));
      // Otherwise it was asked for again.
      if (this.#reclaimFrom === from) this.#reclaimFrom = to;
    }
  }

  /** @returns a key with about a range before it, or undefined if there are fewer */
  async #keyBehind(from: Buffer): Promise<Buffer | undefined> {
    const keys = this.#db.keys({ gt: from });
    try {
      for (let seen = 0; seen < KEYS; seen += KEYS_AT_ONCE) {
        const chunk = await keys.nextv(KEYS_AT_ONCE);
        const last = chunk.at(-1);
        if (last === undefined || chunk.length < KEYS_AT_ONCE) return undefined;
        const isWhole = seen + KEYS_AT_ONCE >= KEYS;
        if (isWhole || (await this.#db.approximateSize(from, last)) >= RANGE_BYTES) return last;
      }
      return undefined;
    } finally {
      await keys.close();
    }
  }

  /** Erased data may still be in memory, and would reach a file only now. */
  async #flush(): Promise<void> {
    await this.#db.compactRange(Buffer.of(0), Buffer.of(0));
  }

  async #merge(keys: ErasedKeys): Promise<void> {
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
