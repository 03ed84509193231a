import { Cursor } from './varint.js';

/** The contents of a manifest. */
export interface Manifest {
  /** The size of each table by number. */
  readonly tables: ReadonlyMap<number, number>;
  /** Logs from this number on are read when the database opens; 0 before the first. */
  readonly log: number;
  readonly previousLog: number;
}

const COMPARATOR = 1;
const LOG = 2;
const NEXT_FILE = 3;
const LAST_SEQUENCE = 4;
const COMPACT_POINTER = 5;
const DELETED = 6;
const NEW = 7;
const PREVIOUS_LOG = 9;

/**
 * Applies the records of a manifest in order.
 *
 * @throws RangeError if one of them is invalid
 */
export function manifestOf(records: readonly Buffer[]): Manifest {
  const tables = new Map<number, number>();
  let log: number | undefined;
  let previousLog = 0;
  for (const record of records) {
    const cursor = new Cursor(record);
    // A table that a record moves from one level to another is not removed.
    const added = new Map<number, number>();
    while (!cursor.isAtEnd) {
      const tag = cursor.number();
      switch (tag) {
        case COMPARATOR:
          cursor.text();
          break;
        case LOG:
          log = cursor.number();
          break;
        case PREVIOUS_LOG:
          previousLog = cursor.number();
          break;
        case NEXT_FILE:
        case LAST_SEQUENCE:
          cursor.number();
          break;
        case COMPACT_POINTER:
          cursor.number();
          cursor.text();
          break;
        case DELETED:
          cursor.number();
          tables.delete(cursor.number());
          break;
        case NEW: {
          cursor.number();
          const number = cursor.number();
          added.set(number, cursor.number());
          cursor.text();
          cursor.text();
          break;
        }
        default:
          throw new RangeError(`a record has the unknown part ${String(tag)}`);
      }
    }
    for (const [number, size] of added) tables.set(number, size);
  }
  if (log === undefined) throw new RangeError('it names no log');
  return { tables, log, previousLog };
}
