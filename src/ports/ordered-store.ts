import type { HeartbeatError } from '../errors.js';

/** Keys from the first on, before the second. */
export interface KeyRange {
  readonly gte: Buffer;
  readonly lt: Buffer;
}

export type Entry = [key: Buffer, value: Buffer];

export interface Reading {
  readonly reverse?: boolean;
  readonly limit?: number;
  /** How many entries are read at first: most readers want few, and some want all. */
  readonly first?: number;
  /** How many are read at a time later. */
  readonly most?: number;
}

export interface WriteOptions {
  /** The write survives a power failure. */
  readonly sync: boolean;
}

/** Changes that are written together or not at all. */
export interface WriteBatch {
  readonly length: number;
  put(key: Buffer, value: Buffer): void;
  del(key: Buffer): void;
  /** Rejects with the engine's own error, for `writeError`. The changes may be on disk all the same. */
  write(options: WriteOptions): Promise<void>;
  /** Drops changes that were not written. */
  close(): Promise<void>;
}

/** Keys of one kind, in order. */
export type ErasedKeys = readonly Buffer[];

/** Removes erased data from files that still hold it after it was deleted. */
export interface Scrubbing {
  /** Continues what was left when the store was last closed. */
  resume(): Promise<void>;
  /** Starts once the erasure is stored. It rejects if the erasure does. */
  after(erasure: Promise<readonly ErasedKeys[]>): Promise<void>;
  /** Gives the space of everything deleted back to the file system, in steps. A store that is closed meanwhile leaves the rest. */
  reclaim(): void;
  /** Something erased waits to be removed from the files: it could not be, or a snapshot is still read. */
  readonly isLeft: boolean;
}

/** An open map from keys to values, in the order of the keys' bytes. Failed reads reject with a `HeartbeatError`. */
export interface OrderedStore {
  /** Undefined if files hold no erased data. */
  readonly scrubbing: Scrubbing | undefined;

  getMany(keys: Buffer[]): Promise<(Buffer | undefined)[]>;

  /** The entries of a range, in chunks. What is not pulled is not read. */
  entries(range: KeyRange, reading?: Reading): AsyncGenerator<Entry[]>;

  /**
   * Every entry as of when the first chunk is pulled, whatever is written meanwhile. Until it is read or returned, the
   * store keeps what is deleted.
   */
  snapshot(): AsyncGenerator<Entry[]>;

  /** Approximate bytes on disk of each range; undefined where they cannot be told. */
  sizesOf(ranges: readonly KeyRange[]): Promise<readonly number[] | undefined>;

  batch(): WriteBatch;

  /** Checks that the store still exists. The observer is told. */
  checkPresence(): Promise<void>;

  /**
   * Checks the next part of the files for damage. The observer is told.
   *
   * @param bytes about how much to read
   * @returns whether all has been read; the next call begins again
   */
  checkFiles(bytes: number): Promise<boolean>;

  close(): Promise<void>;

  /** Closes a store whose contents turned out to be unusable. */
  abandon(): Promise<void>;
}

/** Is told what an open store finds out about itself. */
export interface StoreObserver {
  /** Damage was found, by the store or by its reader: nothing may be merged any more. */
  readonly isDamaged: boolean;
  damaged(error: HeartbeatError): void;
  /** The store is gone, or with undefined in place again. */
  missing(error: HeartbeatError | undefined): void;
  /** Work in the background failed as a write does. */
  refused(error: HeartbeatError): void;
}

/** Where a store is, for messages. */
export interface StorePlace {
  readonly name: string;
  /** What a person chooses for another place. */
  readonly setting: string;
}

/** Opens an ordered store in one place. */
export interface StoreEngine {
  readonly place: StorePlace;

  /** @param mayBegin whether a store may be created */
  open(mayBegin: boolean, observer: StoreObserver): Promise<OrderedStore>;

  /** The place is of no more use to this process. It may be opened again. */
  release(): Promise<void>;

  /** @throws HeartbeatError if closing and opening the store again would be in vain */
  proveReopenable(): Promise<void>;

  /** Approximate bytes on disk. */
  size(): Promise<number>;

  /** Bytes that are left there for this process; undefined for a disk of another machine. */
  free(): Promise<number | undefined>;

  /** What to say if the store could not be opened, or what is in it not be read or upgraded. */
  openError(cause: unknown): HeartbeatError;

  /** What to say if a batch was refused. */
  writeError(cause: unknown): HeartbeatError;
}
