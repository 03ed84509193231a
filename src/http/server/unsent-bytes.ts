import type { Socket } from 'node:net';

/** So many times the bound are reached only by answers that are never refused, such as those to batches. */
const AT_MOST = 2;
/** Of the heap's limit: on a small heap, less than what is configured. */
const SHARE_OF_HEAP = 1 / 16;

/** What waits for the client of one connection. */
interface Waiting {
  bytes: number;
  /** The tick in which the client took something, or in which the first of it began to wait. */
  since: number;
  readonly closed: () => void;
}

interface UnsentBytesDeps {
  /** Bytes that V8's heap may have. */
  readonly heapLimit: number;
  readonly reset: (socket: Socket) => void;
}

/**
 * Counts the bytes of large answers that are made and that their clients have not taken, for the whole gateway. A client
 * that takes nothing for long is cut off: after `patience` ticks, or after `haste` while there are too many bytes. Beyond
 * twice the bound, those that have taken nothing for longest are cut off at once. See decision 241.
 */
export class UnsentBytes {
  /** Connections that were cut off. */
  cutOff = 0;
  readonly #deps: UnsentBytesDeps;
  #most: number;
  #inAnswers = 0;
  #inStreams = 0;
  /** Those that have taken nothing for longest come first. */
  readonly #waiting = new Map<Socket, Waiting>();
  #tick = 0;

  constructor(most: number, deps: UnsentBytesDeps) {
    this.#deps = deps;
    this.#most = this.#within(most);
  }

  /** @param most bytes, if the heap is large enough */
  allow(most: number): void {
    this.#most = this.#within(most);
  }

  get size(): number {
    return this.#inAnswers + this.#inStreams;
  }

  /** Whether no further large answer should be made. */
  get isFull(): boolean {
    return this.size >= this.#most;
  }

  /** @returns call it once these bytes were taken, or are given up */
  add(socket: Socket, bytes: number): () => void {
    if (socket.destroyed) return () => undefined;
    const waiting = this.#waiting.get(socket) ?? this.#begin(socket);
    waiting.bytes += bytes;
    this.#inAnswers += bytes;
    this.#makeRoom(socket, waiting);
    let isCounted = true;
    return () => {
      if (!isCounted || this.#waiting.get(socket) !== waiting) return;
      isCounted = false;
      waiting.bytes -= bytes;
      this.#inAnswers -= bytes;
      if (waiting.bytes === 0) this.#forget(socket);
      else this.progressed(socket);
    };
  }

  /** Its client has taken something. */
  progressed(socket: Socket): void {
    const waiting = this.#waiting.get(socket);
    if (waiting === undefined) return;
    waiting.since = this.#tick;
    this.#waiting.delete(socket);
    this.#waiting.set(socket, waiting);
  }

  /**
   * Cuts off clients that have taken nothing for too many ticks.
   *
   * @param inStreams bytes that wait in streams of events now
   */
  tick(inStreams: number, patience: number, haste: number): void {
    this.#tick++;
    this.#inStreams = inStreams;
    for (const [socket, { since }] of this.#waiting) {
      if (this.#tick - since <= (this.isFull ? haste : patience)) return;
      this.#cut(socket);
    }
  }

  #within(most: number): number {
    return Math.min(most, this.#deps.heapLimit * SHARE_OF_HEAP);
  }

  #begin(socket: Socket): Waiting {
    const waiting = { bytes: 0, since: this.#tick, closed: () => this.#forget(socket) };
    this.#waiting.set(socket, waiting);
    socket.once('close', waiting.closed);
    return waiting;
  }

  /** Others are not cut off for what one client alone has beyond the bound: that would not help. */
  #makeRoom(but: Socket, { bytes }: Waiting): void {
    const beyond = Math.max(0, bytes - this.#most);
    for (const socket of this.#waiting.keys()) {
      if (this.#inAnswers - beyond <= AT_MOST * this.#most) return;
      if (socket !== but) this.#cut(socket);
    }
  }

  #cut(socket: Socket): void {
    this.cutOff++;
    this.#forget(socket);
    this.#deps.reset(socket);
  }

  #forget(socket: Socket): void {
    const waiting = this.#waiting.get(socket);
    if (waiting === undefined) return;
    this.#inAnswers -= waiting.bytes;
    this.#waiting.delete(socket);
    socket.off('close', waiting.closed);
  }
}
