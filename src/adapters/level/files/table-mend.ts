import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { crc32c, masked } from './crc32c.js';
import { FOOTER, handleFrom, handlesOf, isSoundBlock, MAGIC, TRAILER, type Block } from './table-check.js';
import { Cursor, varint } from './varint.js';

/** A block without entries: a restart point, and their number. */
const EMPTY = Buffer.from([0, 0, 0, 0, 1, 0, 0, 0]);

/**
 * Removes damaged blocks from a table's index, so that LevelDB, which checks none, does not read them: it may take them
 * for other data, or abort. What is undamaged stays in place, and the file keeps its size, since that is in the
 * manifest.
 *
 * @returns how many blocks are lost; undefined if the index itself is damaged, so that all are
 */
export async function mendTable(directory: string, name: string): Promise<number | undefined> {
  const file = path.join(directory, name);
  const table = await readFile(file);
  const indexed = entriesOf(table);
  const sound = indexed?.filter(({ block }) => isSoundAt(table, block)) ?? [];
  const mended = assembled(table, sound);
  const beside = path.join(directory, 'mended');
  const handle = await open(beside, 'w', 0o600);
  try {
    await handle.writeFile(mended);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
  return indexed === undefined ? undefined : indexed.length - sound.length;
}

interface Indexed {
  readonly key: Buffer;
  readonly block: Block;
}

function entriesOf(table: Buffer): readonly Indexed[] | undefined {
  try {
    const footer = table.subarray(table.length - FOOTER);
    if (!footer.subarray(FOOTER - MAGIC.length).equals(MAGIC)) return undefined;
    const cursor = new Cursor(footer);
    handleFrom(cursor);
    const index = handleFrom(cursor);
    if (!isSoundAt(table, index)) return undefined;
    return handlesOf(table.subarray(index.offset, index.offset + index.size + TRAILER), index.size);
  } catch {
    return undefined;
  }
}

function isSoundAt(table: Buffer, { offset, size }: Block): boolean {
  const end = offset + size + TRAILER;
  return end <= table.length && isSoundBlock(table.subarray(offset, end));
}

/** Dropping the filters makes room for an uncompressed index. */
function assembled(table: Buffer, sound: readonly Indexed[]): Buffer {
  const end = sound.reduce((last, { block }) => Math.max(last, block.offset + block.size + TRAILER), 0);
  const meta = { offset: end, size: EMPTY.length };
  const entries = sound.map(({ key, block }) => {
    const value = Buffer.concat([varint(block.offset), varint(block.size)]);
    return Buffer.concat([Buffer.of(0), varint(key.length), varint(value.length), key, value]);
  });
  const index = Buffer.concat([...entries, EMPTY]);
  const indexAt = { offset: end + EMPTY.length + TRAILER, size: index.length };
  const handles = Buffer.concat(
    [meta, indexAt].flatMap(({ offset, size }) => [varint(offset), varint(size)]),
  );
  const footer = Buffer.alloc(FOOTER);
  handles.copy(footer);
  MAGIC.copy(footer, FOOTER - MAGIC.length);
  const parts = [table.subarray(0, end), withTrailer(EMPTY), withTrailer(index)];
  const left = table.length - FOOTER - parts.reduce((sum, { length }) => sum + length, 0);
  if (left < 0) throw new RangeError('there is no room for another index');
  return Buffer.concat([...parts, Buffer.alloc(left), footer]);
}

function withTrailer(block: Buffer): Buffer {
  const whole = Buffer.concat([block, Buffer.alloc(TRAILER)]);
  whole.writeInt32LE(masked(crc32c(whole, 0, block.length + 1)), block.length + 1);
  return whole;
}
