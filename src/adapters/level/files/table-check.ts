import { crc32c, unmasked } from './crc32c.js';
import { uncompressed } from './snappy.js';
import { Cursor } from './varint.js';

/*
 * A table of LevelDB: blocks, each followed by its compression (1 byte) and checksum (4); then an index of the blocks,
 * which is a block itself; and a footer that says where the indexes are.
 */
export const FOOTER = 48;
export const MAGIC = Buffer.from('57fb808b247547db', 'hex');
export const TRAILER = 5;
const SNAPPY = 1;

/** The place of a block, without what follows it. */
export interface Block {
  readonly offset: number;
  readonly size: number;
}

/** Reads a part of a file; returns less only at the file's end. */
export type ReadPart = (offset: number, length: number) => Promise<Buffer>;

/**
 * The blocks of a table, from the first byte to the footer.
 *
 * @throws RangeError if the index is damaged
 */
export async function blocksOf(read: ReadPart, size: number): Promise<readonly Block[]> {
  if (size < FOOTER) throw new RangeError('it is too short');
  const footer = await read(size - FOOTER, FOOTER);
  if (!footer.subarray(FOOTER - MAGIC.length).equals(MAGIC)) throw new RangeError('its end is damaged');
  const cursor = new Cursor(footer);
  const meta = handleFrom(cursor);
  const index = handleFrom(cursor);
  while (cursor.at < FOOTER - MAGIC.length) {
    if (cursor.byte() !== 0) throw new RangeError('its end is damaged');
  }
  const others = [...(await handlesIn(read, meta)), ...(await handlesIn(read, index)), meta, index];
  const blocks = others.sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const block of blocks) {
    if (block.offset !== end) throw new RangeError(`nothing says what lies at ${String(end)}`);
    end = block.offset + block.size + TRAILER;
  }
  if (end !== size - FOOTER) throw new RangeError('it has not the size that it says');
  return blocks;
}

/** @throws RangeError if its checksum does not match */
export async function readBlock(read: ReadPart, { offset, size }: Block): Promise<Buffer> {
  const block = await read(offset, size + TRAILER);
  if (!isSoundBlock(block)) throw new RangeError(`its block at ${String(offset)} is damaged`);
  return block;
}

export function isSoundBlock(block: Buffer): boolean {
  const end = block.length - TRAILER + 1;
  return end > 0 && crc32c(block, 0, end) === unmasked(block.readInt32LE(end));
}

export function handleFrom(cursor: Cursor): Block {
  return { offset: cursor.number(), size: cursor.number() };
}

async function handlesIn(read: ReadPart, handle: Block): Promise<Block[]> {
  const entries = handlesOf(await readBlock(read, handle), handle.size);
  return entries.map(({ block }) => block);
}

/**
 * The entries of a block whose values are handles: with shared prefixes, then the restart points.
 *
 * @param size of the block, without what follows it
 * @throws RangeError if it cannot be read
 */
export function handlesOf(block: Buffer, size: number): { readonly key: Buffer; readonly block: Block }[] {
  const contents = block.subarray(0, size);
  const entries = block[size] === SNAPPY ? uncompressed(contents) : contents;
  if (entries.length < 4) throw new RangeError('an index is too short');
  const restarts = 4 * (1 + entries.readUInt32LE(entries.length - 4));
  if (restarts > entries.length) throw new RangeError('an index is too short');
  const cursor = new Cursor(entries.subarray(0, entries.length - restarts));
  const found: { readonly key: Buffer; readonly block: Block }[] = [];
  let last: Buffer = Buffer.alloc(0);
  while (!cursor.isAtEnd) {
    const shared = cursor.number();
    const rest = cursor.number();
    const value = cursor.number();
    const key = Buffer.concat([last.subarray(0, shared), cursor.bytes(rest)]);
    found.push({ key, block: handleFrom(new Cursor(cursor.bytes(value))) });
    last = key;
  }
  return found;
}
