import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';

const schema = z.object({ starts: z.int(), merges: z.int() });

/**
 * What an abort leaves behind. LevelDB ends the process where it meets certain damage in a merge, which each start would
 * begin again. A kill leaves the same, so a mark alone is no reason to refuse: it is one to look before the next start.
 */
export interface Marked {
  /** Starts in a row, the tables not checked, that did not come to an orderly end. */
  readonly starts: number;
  /** Starts in a row that ended in a merge. */
  readonly merges: number;
}

const UNMARKED: Marked = { starts: 0, merges: 0 };

/** The file of the mark, beside those of LevelDB. It is no promise, so that a disk without room for it does no harm. */
export class StartMark {
  readonly #file: string;
  #marked = UNMARKED;

  constructor(directory: string) {
    this.#file = path.join(directory, 'unproven');
  }

  /** What the last start left. */
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

  /** As it was, for whoever owns it. */
  async leave(before: Marked): Promise<void> {
    this.#marked = before;
    await this.#write();
  }

  /** The tables are sound. */
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
