import { Cursor } from './varint.js';

/** Longer than any index of a table, so that a damaged length does not take all memory. */
const LONGEST = 64 * 1024 * 1024;

/**
 * Decompresses Snappy: a length, then literals and copies of earlier bytes.
 *
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 * @throws RangeError if it is damaged
 */
export function uncompressed(compressed: Buffer): Buffer {
  const cursor = new Cursor(compressed);
  const length = cursor.number();
  if (length > LONGEST) throw new RangeError('it is too long');
  const expanded = Buffer.alloc(length);
  let end = 0;
  while (!cursor.isAtEnd) {
    const tag = cursor.byte();
    if ((tag & 3) === 0) {
      const short = tag >>> 2;
      const size = 1 + (short < 60 ? short : littleEndian(cursor, short - 59));
      if (end + size > length) throw new RangeError('it is longer than it says');
      expanded.set(cursor.bytes(size), end);
      end += size;
      continue;
    }
    const [size, distance] = copyOf(tag, cursor);
    if (distance === 0 || distance > end) throw new RangeError('it repeats what is not there');
    if (end + size > length) throw new RangeError('it is longer than it says');
    // Byte by byte, since a copy may overlap itself.
    for (let left = size; left > 0; left--, end++) expanded[end] = expanded[end - distance] ?? 0;
  }
  if (end !== length) throw new RangeError('it is shorter than it says');
  return expanded;
}

function copyOf(tag: number, cursor: Cursor): [size: number, distance: number] {
  if ((tag & 3) === 1) return [4 + ((tag >>> 2) & 7), ((tag >>> 5) << 8) | cursor.byte()];
  return [1 + (tag >>> 2), littleEndian(cursor, (tag & 3) === 2 ? 2 : 4)];
}

function littleEndian(cursor: Cursor, bytes: number): number {
  return cursor.bytes(bytes).readUIntLE(0, bytes);
}
