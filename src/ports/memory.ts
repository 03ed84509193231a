/** How much of some memory is used. In bytes. */
export interface MemoryUse {
  /** What the last full collection left, or a little more. */
  readonly live: number;
  /** With all that was taken since, garbage or not. */
  readonly used: number;
  readonly limit: number;
}

/** The memory that this process has. */
export interface MemoryReading {
  /** Of V8's old generation: when that is full, the process dies. */
  readonly heap: MemoryUse;
  /** Of the container; undefined where nothing but the machine limits the process. */
  readonly container: MemoryUse | undefined;
  /** Full collections so far: what lives is known as of the last one. */
  readonly collections: number;
}

/** Says how much memory there is. Not to be asked for each request: it costs tens of microseconds. */
export interface Memory {
  /** Collects everything, so that what lives is known: milliseconds while little is alive, a second with a million. */
  collect(): void;
  read(): MemoryReading;
}
