/** The use of one kind of memory, in bytes. */
export interface MemoryUse {
  /** What the last full collection left, or slightly more. */
  readonly live: number;
  /** Everything taken, garbage included. */
  readonly used: number;
  readonly limit: number;
}

/** The memory of this process. */
export interface MemoryReading {
  /** V8's old generation. The process dies when it is full. */
  readonly heap: MemoryUse;
  /** The container's memory; undefined if only the machine limits the process. */
  readonly container: MemoryUse | undefined;
  /** Full collections so far: live memory is known as of the last one. */
  readonly collections: number;
}

/** Reads memory. Takes tens of microseconds, so not for each request. */
export interface Memory {
  /**
   * Forces a full collection, to measure live memory: milliseconds while little is alive, a second with a million
   * users.
   */
  collect(): void;
  read(): MemoryReading;
}
