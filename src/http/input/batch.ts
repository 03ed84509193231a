import type { IncomingMessage } from 'node:http';
import { errorCodes, type ErrorCode } from '../../errors.js';
import { jsonHead } from '../server/json-answer.js';
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

/** The kind of a batch, and how to handle its ids. */
export interface BatchOf<Id, Reply> {
  /** @returns undefined if the value is not an id */
  readonly parse: (value: string, written: Written) => Id | undefined;
  /** The error for a value that is not an id. */
  readonly invalid: ErrorCode;
  /** The most characters of an id as written. */
  readonly longest: number;
  /** Where an object may stand in place of an id. */
  readonly objects?: {
    /** The most characters of one as written. */
    readonly longest: number;
    /** What is wrong with one that is not taken. */
    readonly problem: string;
  };
  /** Why the caller may not touch it; undefined if they may. */
  readonly forbidden: (id: Id) => string | undefined;
  readonly ask: (ids: readonly Id[], answered: (replies: readonly Reply[]) => void) => void;
}

/** A reply; it has a code if it is a refusal. */
interface BatchReply {
  readonly kind: string;
  readonly code?: ErrorCode;
}

/** The result of each value of a batch, by its place. */
export interface BatchOutcome<Id, Reply> {
  readonly ids: readonly (Id | undefined)[];
  /** Replies to the ids that were handled. */
  readonly replies: readonly (Reply | undefined)[];
  /** Why a value failed; undefined if it did not. */
  problemAt(place: number): string | undefined;
}

/**
 * Handles every id in the body of a request, chunk by chunk as it arrives. An invalid id does not affect the others. A
 * body that is too large, or not a batch, is refused, and what was handled by then stays.
 */
export class Batch<Id, Reply extends BatchReply> {
  readonly #of: BatchOf<Id, Reply>;
  readonly #exchange: Exchange;
  readonly #limits: BatchLimits;
  readonly #done: (outcome: BatchOutcome<Id, Reply>) => void;
  readonly #scanner: ValueScanner;
  readonly #ids: (Id | undefined)[] = [];
  readonly #replies: (Reply | undefined)[] = [];
  /** Of values that were not handled, by their place, unless the sentence for an invalid id says it. */
  readonly #problems = new Map<number, string>();
  #asked = 0;
  #received = 0;
  /** Calls without their replies. The body itself counts as one until it ends. */
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
    this.#scanner = new ValueScanner(
      (value, written) => {
        this.#found(value, written);
      },
      { longest: of.longest, longestNested: of.objects?.longest ?? 0 },
    );
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
    const { objects } = this.#of;
    const isKnown = value !== undefined && (written !== 'nested' || objects !== undefined);
    const id = isKnown ? this.#of.parse(value, written) : undefined;
    if (id === undefined && written === 'nested' && objects !== undefined)
      this.#problems.set(this.#ids.length, objects.problem);
    this.#ids.push(id);
  }

  #ask(): void {
    const places: number[] = [];
    const ids: Id[] = [];
    for (; this.#asked < this.#ids.length; this.#asked++) {
      const id = this.#ids[this.#asked];
      if (id === undefined) continue;
      const problem = this.#of.forbidden(id);
      if (problem !== undefined) {
        this.#problems.set(this.#asked, problem);
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
    const outcome = { ids: this.#ids, replies: this.#replies, problemAt };
    if (!refusedWhole(this.#exchange, outcome)) this.#done(outcome);
  }

  #problemAt(place: number): string | undefined {
    const problem = this.#problems.get(place);
    if (problem !== undefined) return problem;
    if (this.#ids[place] === undefined) return sentenceFor(this.#of.invalid);
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

/** The code of a refusal. */
function refusalIn(reply: BatchReply | undefined): ErrorCode | undefined {
  return reply?.kind === 'refused' ? reply.code : undefined;
}

/** If every id was refused for the same temporary reason, the client may send the whole batch again. */
function refusedWhole(exchange: Exchange, { replies }: BatchOutcome<unknown, BatchReply>): boolean {
  const answered = replies.find((reply) => reply !== undefined);
  const first = answered && refusalIn(answered);
  if (first === undefined || errorCodes[first].status < 500) return false;
  if (replies.some((reply) => reply !== undefined && refusalIn(reply) === undefined)) return false;
  exchange.refuse(first);
  return true;
}

/** Answers how many values were accepted, and which were not. */
export function answerAccepted(exchange: Exchange, outcome: BatchOutcome<unknown, BatchReply>): void {
  const rejected = rejectedOf(outcome);
  const accepted = outcome.ids.length - rejected.length;
  answerText(exchange, `{"accepted":${accepted},"rejected":[${rejected.join(',')}]}`);
}

/** The values that were rejected, in JSON each. */
export function rejectedOf(outcome: BatchOutcome<unknown, BatchReply>): string[] {
  return outcome.ids.flatMap((_id, index) => {
    const error = outcome.problemAt(index);
    return error === undefined ? [] : [JSON.stringify({ index, error })];
  });
}

/** @param body JSON in ASCII */
export function answerText(exchange: Exchange, body: string): void {
  exchange.answer(200, jsonHead(body.length), body);
}
