import { Cursor } from './varint.js';

/** What a manifest says that there is. */
export interface Manifest {
  /** The size of each table, by its number. */
  readonly tables: ReadonlyMap<number, number>;
  /** Logs from this number on are read when the database is opened; 0 before there was one. */
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
 * What the records of a manifest come to, one after the other.
 *
 * @throws RangeError when one of them is none
 */
export function manifestOf(records: readonly Buffer[]): Manifest {
  const tables = new Map<number, number>();
  let log: number | undefined;
  let previousLog = 0;
  for (const record of records) {
    const cursor = new Cursor(record);
    // A table that one record removes from a level and adds to another is not gone.
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
