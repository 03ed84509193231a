import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { blocksOf, readBlock, type ReadPart } from './table-check.js';

/** A damaged table, and how it is damaged. */
export interface TableDamage {
  readonly file: string;
  readonly problem: string;
}

/** About how many bytes are checked before the event loop gets its turn: a millisecond. */
const STEP = 512 * 1024;

/** Checks the blocks of tables by their checksums, in steps. A table that no longer exists was merged into another. */
export class TableCheck {
  readonly #directory: string;
  readonly #left: [number: number, size: number][];

  constructor(directory: string, tables: ReadonlyMap<number, number>) {
    this.#directory = directory;
    this.#left = [...tables];
  }

  get isOver(): boolean {
    return this.#left.length === 0;
  }

  /** @param bytes checks whole tables until it reaches this many. @returns the first damage */
  async step(bytes: number): Promise<TableDamage | undefined> {
    for (let checked = 0; checked < bytes;) {
      const [number, size] = this.#left.shift() ?? [];
      if (number === undefined || size === undefined) return undefined;
      const damage = await checkTable(this.#directory, number, size);
      if (damage !== undefined) return damage;
      checked += size;
    }
    return undefined;
  }
}

async function checkTable(directory: string, number: number, size: number): Promise<TableDamage | undefined> {
  const file = await openTable(directory, number);
  if (file === undefined) return undefined;
  try {
    await checkBlocks(file.handle, size);
    return undefined;
  } catch (error) {
    return { file: file.name, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    await file.handle.close();
  }
}

async function checkBlocks(handle: FileHandle, size: number): Promise<void> {
  const found = (await handle.stat()).size;
  if (found !== size) throw new RangeError(`it has ${String(found)} bytes of ${String(size)}`);
  let from = 0;
  let loaded = Buffer.alloc(0);
  const read: ReadPart = async (offset, length) => {
    const end = Math.min(offset + length, size);
    if (offset < from || end > from + loaded.length) {
      from = offset;
      loaded = await readAt(handle, offset, Math.max(end, Math.min(offset + STEP, size)));
    }
    return loaded.subarray(offset - from, end - from);
  };
  for (const block of await blocksOf(read, size)) await readBlock(read, block);
}

async function readAt(handle: FileHandle, from: number, to: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.alloc(Math.max(to - from, 0));
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
  return bytes.subarray(0, bytesRead);
}

async function openTable(
  directory: string,
  number: number,
): Promise<{ readonly name: string; readonly handle: FileHandle } | undefined> {
  for (const ending of ['ldb', 'sst']) {
    const name = `${String(number).padStart(6, '0')}.${ending}`;
    const handle = await open(path.join(directory, name)).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (handle !== undefined) return { name, handle };
  }
  return undefined;
}

/** The tables of an open database, from LevelDB's property: `number:size[`first` .. `last`]` a line. */
export function tablesIn(property: string): ReadonlyMap<number, number> {
  return new Map(
    [...property.matchAll(/^ (\d+):(\d+)\[/gm)].map(([, number, size]) => [Number(number), Number(size)]),
  );
}
