import type { Moment } from '../../src/domain/time.js';
import type { ErrorCode } from '../../src/errors.js';

/** A request about one user or node, with its times. */
export interface EntityRequest {
  readonly kind: string;
  /** The earliest time at which it may have arrived. Deadlines are compared with this. */
  readonly arrivedAt: Moment;
  /** When it was read. New deadlines count from this. */
  readonly readAt: Moment;
}

export interface Refusal {
  readonly kind: 'refused';
  readonly code: ErrorCode;
}

/** The requests, replies and signals of one kind of entity: users or nodes. */
export interface EntityTypes {
  readonly key: string;
  readonly request: EntityRequest;
  readonly reply: { readonly kind: string };
  /** A message that nobody waits for, other than an expiry. */
  readonly signal: { readonly kind: string };
}

export type ReplyOf<Entity extends EntityTypes> = Entity['reply'] | Refusal;

/** Takes the replies to one call, by their place in it. */
export interface Replies<Reply> {
  /** Only the first reply counts: a message that is handled again after a crash may reply twice. */
  answer(index: number, reply: Reply): void;
}

/** The reply to a call about one user or node. */
export class SingleReply<Reply> implements Replies<Reply> {
  #answered: ((reply: Reply) => void) | undefined;

  constructor(answered: (reply: Reply) => void) {
    this.#answered = answered;
  }

  answer(_index: number, reply: Reply): void {
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(reply);
  }
}

/** Collects the replies to the requests of one call, and passes them on when the last one is in. */
export class BatchReplies<Reply> implements Replies<Reply> {
  readonly #replies: Reply[];
  readonly #answered: (replies: readonly Reply[]) => void;
  #missing: number;

  constructor(size: number, answered: (replies: readonly Reply[]) => void) {
    this.#replies = new Array<Reply>(size);
    this.#missing = size;
    this.#answered = answered;
  }

  answer(index: number, reply: Reply): void {
    if (this.#replies[index] !== undefined) return;
    this.#replies[index] = reply;
    if (--this.#missing === 0) this.#answered(this.#replies);
  }
}

/** A request in a mailbox or a stash, with the way back for its reply. There is one for every heal. */
export abstract class PendingRequest<Entity extends EntityTypes> {
  readonly key: Entity['key'];
  readonly request: Entity['request'];
  readonly #replies: Replies<ReplyOf<Entity>>;
  readonly #index: number;
  /** Equal requests that came right after it. They are handled together and get the same reply. */
  #joined: PendingRequest<Entity>[] | undefined;

  constructor(
    key: Entity['key'],
    request: Entity['request'],
    replies: Replies<ReplyOf<Entity>>,
    index: number,
  ) {
    this.key = key;
    this.request = request;
    this.#replies = replies;
    this.#index = index;
  }

  get kind(): Entity['request']['kind'] {
    return this.request.kind;
  }

  get arrivedAt(): Moment {
    return this.request.arrivedAt;
  }

  get readAt(): Moment {
    return this.request.readAt;
  }

  /** Whether it changes nothing, so that it need not wait behind requests that do. */
  abstract get isReading(): boolean;

  /** The number of requests that its reply answers. */
  get size(): number {
    let size = 1;
    if (this.#joined !== undefined) for (const other of this.#joined) size += other.size;
    return size;
  }

  answer(reply: ReplyOf<Entity>): void {
    this.#replies.answer(this.#index, reply);
    if (this.#joined !== undefined) for (const other of this.#joined) other.answer(reply);
  }

  /** Whether both ask the same as of the same moment, so that one reply is right for both. */
  abstract equals(other: object): other is PendingRequest<Entity>;

  /** Dedupes: joins an equal request for the same key that came right after it. @returns both as one */
  join(next: object): this | undefined {
    // It may be handled again after a crash.
    if (next === this) return this;
    if (!this.equals(next)) return undefined;
    (this.#joined ??= []).push(next);
    return this;
  }
}

/** The request in a message that must be one. */
export function pendingIn<Entity extends EntityTypes>(
  message: PendingRequest<Entity> | { readonly kind: string },
): PendingRequest<Entity> {
  if (message instanceof PendingRequest) return message;
  throw new TypeError(`'${message.kind}' has nobody to answer`);
}
