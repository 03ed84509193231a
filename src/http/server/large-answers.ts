import type { IncomingMessage, ServerResponse } from 'node:http';
import pLimit from 'p-limit';
import type { ErrorCode } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import { tooManyUnsent } from '../../views/messages.js';
import type { RawHeaders } from './json-answer.js';
import type { Refusal } from './refusal.js';
import type { UnsentBytes } from './unsent-bytes.js';

/**
 * What a large answer is made from, each with turns of its own: a slow store holds up no list of what is in memory. Some
 * have turns elsewhere.
 */
export type LargeSource = 'state' | 'history' | 'in turns of its own';

/** Large answers of one source that are made at once. One may wait for the store meanwhile. */
const AT_ONCE = 2;
/** Bytes that are written at once. The next ones follow when the client has taken these. */
export const PIECE = 65_536;
/** Seconds: in this time a client that takes nothing is cut off while there are too many bytes. */
export const HASTE = 5;

interface Answering {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly open: boolean;
  abandon(): void;
  refuse(code: ErrorCode, refusal: Refusal): void;
}

interface Sending {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  begin(status: number, head: RawHeaders): boolean;
  write(bytes: Buffer): Promise<boolean>;
  end(text: string): void;
  abandon(): void;
}

/**
 * Answers whose size grows with the data, each of which is in memory as a whole. Few are made at once, none for a client
 * that has left, and none while too many bytes wait for their clients. See decision 241.
 */
export class LargeAnswers {
  refused = 0;
  readonly #unsent: UnsentBytes;
  readonly #clock: Pick<Clock, 'soon'>;
  readonly #turns = { state: pLimit(AT_ONCE), history: pLimit(AT_ONCE) };

  constructor(unsent: UnsentBytes, clock: Pick<Clock, 'soon'>) {
    this.#unsent = unsent;
    this.#clock = clock;
  }

  /** Makes an answer in its turn, if it is still wanted then, or refuses the request. */
  async make(answering: Answering, source: LargeSource, make: () => void | Promise<void>): Promise<void> {
    if (this.#refuses(answering)) return;
    if (source === 'in turns of its own') {
      await make();
      return;
    }
    const turns = this.#turns[source];
    const waits = turns.activeCount + turns.pendingCount >= AT_ONCE;
    await turns(async () => {
      // Others have their turn in between, and clients that have left meanwhile are seen.
      if (waits && answering.open) await this.#reading();
      if (!(await this.#isWanted(answering))) answering.abandon();
      else if (!this.#refuses(answering)) await make();
    });
  }

  /** Sends an answer as fast as its client reads. */
  async sendInPieces(sending: Sending, status: number, head: RawHeaders, bytes: Buffer): Promise<void> {
    if (!sending.begin(status, head)) return;
    const { socket } = sending.request;
    const taken = this.#unsent.add(socket, bytes.length);
    try {
      for (let at = 0; at < bytes.length; at += PIECE) {
        if (!(await sending.write(bytes.subarray(at, at + PIECE)))) return;
        this.#unsent.progressed(socket);
      }
      sending.end('');
    } finally {
      taken();
      sending.abandon();
    }
  }

  /** Counts an answer that has been written whole, until its client has taken it. */
  follow({ request: { socket }, response }: Pick<Sending, 'request' | 'response'>, bytes: number): void {
    // It waits for earlier answers of its connection, or for the client.
    if (response.socket !== null && socket.writableLength === 0) return;
    response.once('finish', this.#unsent.add(socket, bytes));
  }

  /**
   * Whether the client still waits. One that has closed its side may read on, or may be gone, which only a write shows: it
   * gets an interim answer (RFC 9110, 15.2.1). The first one makes the other end of TCP say so, and the second one finds it.
   */
  async #isWanted(answering: Answering): Promise<boolean> {
    const { request, response } = answering;
    const { socket, httpVersionMinor } = request;
    for (let time = 0; time < 2; time++) {
      const isHalfClosed = socket.readableEnded && httpVersionMinor > 0 && response.socket !== null;
      if (!answering.open || !isHalfClosed) break;
      response.writeContinue();
      await this.#reading();
    }
    return answering.open;
  }

  /** A whole pass of the event loop reads every socket. Not `afterReading`: requests wait while that goes on. */
  async #reading(): Promise<void> {
    for (let pass = 0; pass < 2; pass++) await new Promise<void>((resolve) => this.#clock.soon(resolve));
  }

  #refuses(answering: Answering): boolean {
    if (!this.#unsent.isFull) return false;
    this.refused++;
    answering.refuse('HEARTBEAT_OVERLOADED', { message: tooManyUnsent, retryAfter: HASTE });
    return true;
  }
}
