import type { IncomingMessage } from 'node:http';
import type { ErrorCode } from '../../errors.js';
import type { Exchange } from '../server/exchange.js';
import { failsByTag } from './preconditions.js';
import { batchProblem, sentenceFor } from '../../views/messages.js';
import { NotABatch, ValueScanner, type ScannedValue, type Written } from './value-scanner.js';

export interface BatchLimits {
  /** Bytes of a body. */
  readonly body: number;
  /** Ids in a batch. */
  readonly batch: number;
}

/** What a batch is of, and who is asked. */
export interface BatchOf<Id, Reply> {
  /** @returns undefined for what is no id */
  readonly parse: (value: string, written: Written) => Id | undefined;
  /** What is said of what is no id. */
  readonly invalid: ErrorCode;
  /** The longest that an id may be written, in characters. */
  readonly longest: number;
  /** Why whoever asks may not touch it, or undefined if they may. */
  readonly forbidden: (id: Id) => string | undefined;
  readonly ask: (ids: readonly Id[], answered: (replies: readonly Reply[]) => void) => void;
}

/** Of some kind; with a code where it is a refusal. */
interface BatchReply {
  readonly kind: string;
  readonly code?: ErrorCode;
}

/** What became of each value of a batch, by its place in it. */
export interface BatchOutcome<Id, Reply> {
  readonly ids: readonly (Id | undefined)[];
  /** Of those that were asked for. */
  readonly replies: readonly (Reply | undefined)[];
  /** Why a value came to nothing, or undefined if it did not. */
  problemAt(place: number): string | undefined;
}

/**
 * Asks for every id in the body of a request, a chunk at a time as it arrives. What is no id spoils nothing but itself;
 * a body that is too large, or no batch, is refused, and what had been asked by then has been asked.
 */
export class Batch<Id, Reply extends BatchReply> {
  readonly #of: BatchOf<Id, Reply>;
  readonly #exchange: Exchange;
  readonly #limits: BatchLimits;
  readonly #done: (outcome: BatchOutcome<Id, Reply>) => void;
  readonly #scanner: ValueScanner;
  readonly #ids: (Id | undefined)[] = [];
  readonly #replies: (Reply | undefined)[] = [];
  readonly #forbidden = new Map<number, string>();
  #asked = 0;
  #received = 0;
  /** Calls whose replies are not in yet; the body itself counts as one until it has ended. */
  #pending = 1;
  #refused = false;

  constructor(
    of: BatchOf<Id, Reply>,
    exchange: Exchange,
    limits: BatchLimits,
    done: (outcome: BatchOutcome<Id, Reply>) => void,
  ) {
    this.#of = of;
    this.#exchange = exchange;
    this.#limits = limits;
    this.#done = done;
    this.#scanner = new ValueScanner((value, written) => {
      this.#found(value, written);
    }, of.longest);
  }

  read(request: IncomingMessage): void {
    if (failsByTag(this.#exchange)) return;
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

  #found(value: ScannedValue, written: Written): void {
    if (this.#ids.length === this.#limits.batch) throw new TooMany();
    this.#ids.push(value === undefined ? undefined : this.#of.parse(value, written));
  }

  #ask(): void {
    const places: number[] = [];
    const ids: Id[] = [];
    for (; this.#asked < this.#ids.length; this.#asked++) {
      const id = this.#ids[this.#asked];
      if (id === undefined) continue;
      const problem = this.#of.forbidden(id);
      if (problem !== undefined) {
        this.#forbidden.set(this.#asked, problem);
        continue;
      }
      places.push(this.#asked);
      ids.push(id);
    }
    if (ids.length === 0) return;
    this.#pending++;
    this.#of.ask(ids, (replies) => {
      replies.forEach((reply, index) => {
        const place = places[index];
        if (place !== undefined) this.#replies[place] = reply;
      });
      this.#settle();
    });
  }

  #settle(): void {
    if (--this.#pending > 0 || this.#refused) return;
    const problemAt = (place: number): string | undefined => this.#problemAt(place);
    this.#done({ ids: this.#ids, replies: this.#replies, problemAt });
  }

  #problemAt(place: number): string | undefined {
    if (this.#ids[place] === undefined) return sentenceFor(this.#of.invalid);
    const forbidden = this.#forbidden.get(place);
    if (forbidden !== undefined) return forbidden;
    const code = refusalIn(this.#replies[place]);
    return code === undefined ? undefined : sentenceFor(code);
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

/** The code of a reply that is a refusal. */
export function refusalIn(reply: BatchReply | undefined): ErrorCode | undefined {
  return reply?.kind === 'refused' ? reply.code : undefined;
}
