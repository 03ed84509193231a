const OID_OF_BYTEA = 17;
/** Dimensions, whether there are nulls, the type of the elements, how many, and the index of the first. */
const HEAD = 5 * 4;
const LENGTH = 4;

/**
 * An array of `bytea` in PostgreSQL's binary form. `pg` sends a Buffer as it is, and would make a text with two digits
 * for each byte of an array.
 */
export function byteaArray(items: readonly Buffer[]): Buffer {
  const size = items.reduce((sum, { length }) => sum + LENGTH + length, HEAD);
  const array = Buffer.allocUnsafe(size);
  // An empty array with one dimension is one without elements.
  [1, 0, OID_OF_BYTEA, items.length, 1].forEach((value, index) => array.writeInt32BE(value, index * 4));
  let at = HEAD;
  for (const item of items) {
    array.writeInt32BE(item.length, at);
    item.copy(array, at + LENGTH);
    at += LENGTH + item.length;
  }
  return array;
}
