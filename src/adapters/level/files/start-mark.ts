import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';

const schema = z.object({ starts: z.int(), merges: z.int() });

/**
 * The mark of starts that did not end in order. LevelDB aborts the process when a merge meets certain damage, and each
 * start would merge again. A kill leaves the same mark, so it does not refuse a start; it makes the next one check
 * first.
 */
export interface Marked {
  /** Consecutive starts without an orderly end before the tables were checked. */
  readonly starts: number;
  /** Consecutive starts that ended during a merge. */
  readonly merges: number;
}

const UNMARKED: Marked = { starts: 0, merges: 0 };

/** The file of the mark, beside LevelDB's. It is not a promise, so a disk without room for it does no harm. */
export class StartMark {
  readonly #file: string;
  #marked = UNMARKED;

  constructor(directory: string) {
    this.#file = path.join(directory, 'unproven');
  }

  /** The mark that the last start left. */
  async read(): Promise<Marked> {
    const text = await readFile(this.#file, 'utf8').catch(() => '{}');
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      return UNMARKED;
    }
  }

  async begin(before: Marked): Promise<void> {
    this.#marked = { starts: before.starts + 1, merges: before.merges };
    await this.#write();
  }

  /** Leaves it as it was, for the directory's owner. */
  async leave(before: Marked): Promise<void> {
    this.#marked = before;
    await this.#write();
  }

  /** The tables are undamaged. */
  async proven(): Promise<void> {
    this.#marked = { ...this.#marked, starts: 0 };
    await this.#write();
  }

  async merging(): Promise<void> {
    this.#marked = { ...this.#marked, merges: this.#marked.merges + 1 };
    await this.#write();
  }

  async merged(): Promise<void> {
    this.#marked = { ...this.#marked, merges: 0 };
    await this.#write();
  }

  async end(): Promise<void> {
    this.#marked = UNMARKED;
    await this.#write();
  }

  async #write(): Promise<void> {
    const { starts, merges } = this.#marked;
    try {
      if (starts === 0 && merges === 0) await rm(this.#file, { force: true });
      else await writeFile(this.#file, JSON.stringify(this.#marked));
    } catch {
      // The daemon does not depend on it.
    }
  }
}
