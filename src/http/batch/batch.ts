import type { IncomingMessage } from 'node:http';
import type { UserReply } from '../../../actors/user/user.protocol.js';
import { parseUserId, type UserId } from '../../domain/user-id.js';
import type { Daemon } from '../daemon.js';
import type { Exchange } from '../exchange.js';
import { batchProblem, sentenceFor } from '../messages.js';
import { NotABatch, ValueScanner, type ScannedValue } from './value-scanner.js';

export interface BatchLimits {
  /** Bytes of a body. */
  readonly body: number;
  /** Ids in a batch. */
  readonly batch: number;
}

/** What became of each value of a batch, by its place in it. */
export interface BatchOutcome {
  readonly users: readonly (UserId | undefined)[];
  /** Of those that are users. */
  readonly replies: readonly (UserReply | undefined)[];
}

/**
 * Asks for every user in the body of a request, a chunk at a time as it arrives. What is no user id spoils nothing
 * but itself; a body that is too large, or no batch, is refused, and what had been asked by then has been asked.
 */
export class Batch {
  readonly #daemon: Daemon;
  readonly #exchange: Exchange;
  readonly #kind: 'heal' | 'checkup';
  readonly #limits: BatchLimits;
  readonly #done: (outcome: BatchOutcome) => void;
  readonly #scanner = new ValueScanner((value) => {
    this.#found(value);
  });
  readonly #users: (UserId | undefined)[] = [];
  readonly #replies: (UserReply | undefined)[] = [];
  #asked = 0;
  #received = 0;
  /** Calls whose replies are not in yet; the body itself counts as one until it has ended. */
  #pending = 1;
  #refused = false;

  constructor(
    daemon: Daemon,
    exchange: Exchange,
    kind: 'heal' | 'checkup',
    limits: BatchLimits,
    done: (outcome: BatchOutcome) => void,
  ) {
    this.#daemon = daemon;
    this.#exchange = exchange;
    this.#kind = kind;
    this.#limits = limits;
    this.#done = done;
  }

  read(request: IncomingMessage): void {
    request.on('data', (chunk: Buffer) => {
      this.#guarded(() => {
        this.#take(chunk);
      });
    });
    request.once('end', () => {
      this.#guarded(() => {
        this.#scanner.end();
        this.#ask();
        this.#settle();
      });
    });
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#received > this.#limits.body) {
      this.#refused = true;
      this.#exchange.refuse('HEARTBEAT_BODY_TOO_LARGE', { hangUp: true });
      return;
    }
    this.#scanner.write(chunk);
    this.#ask();
  }

  #found(value: ScannedValue): void {
    if (this.#users.length === this.#limits.batch) throw new TooMany();
    this.#users.push(value === undefined ? undefined : parseUserId(value));
  }

  #ask(): void {
    const places: number[] = [];
    const users: UserId[] = [];
    for (; this.#asked < this.#users.length; this.#asked++) {
      const user = this.#users[this.#asked];
      if (user === undefined) continue;
      places.push(this.#asked);
      users.push(user);
    }
    if (users.length === 0) return;
    this.#pending++;
    this.#daemon.askMany(this.#kind, users, (replies) => {
      replies.forEach((reply, index) => {
        const place = places[index];
        if (place !== undefined) this.#replies[place] = reply;
      });
      this.#settle();
    });
  }

  #settle(): void {
    if (--this.#pending === 0 && !this.#refused) this.#done({ users: this.#users, replies: this.#replies });
  }

  #guarded(step: () => void): void {
    if (this.#refused) return;
    try {
      step();
    } catch (error) {
      this.#refused = true;
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    if (error instanceof TooMany) {
      const message = batchProblem.tooMany(this.#limits.batch);
      this.#exchange.refuse('HEARTBEAT_BODY_TOO_LARGE', { message, hangUp: true });
    } else if (error instanceof NotABatch) {
      this.#exchange.refuse('HEARTBEAT_INVALID_BATCH', { message: batchProblem.neither(error.message) });
    } else {
      this.#exchange.fail(error);
    }
  }
}

class TooMany extends Error {}

/** Why a value of a batch came to nothing, or undefined if it did not. */
export function problemAt({ users, replies }: BatchOutcome, place: number): string | undefined {
  if (users[place] === undefined) return sentenceFor('HEARTBEAT_INVALID_USER_ID');
  const reply = replies[place];
  return reply?.kind === 'refused' ? sentenceFor(reply.code) : undefined;
}
