import type {
  EndOfEvents,
  EventReader,
  EventsApi,
  SentEvent,
  SentState,
  Subscription,
} from '../../app/events/events-api.js';
import type { EventType } from '../../domain/event-types.js';
import type { Access } from '../../domain/access.js';
import type { UserId } from '../../domain/user-id.js';
import { HeartbeatError } from '../../errors.js';
import { frameProblem } from '../../views/messages.js';
import { eventFrame } from './server-frames.js';

const TYPES: ReadonlySet<EventType> = new Set(['user.online', 'user.offline', 'user.updated'] as const);
/** Users whose state is read at once. Those of the next ones have to wait until the client has read that. */
const AT_ONCE = 50;
/** The most characters of a frame with a state, unless one user alone has more. */
const LONGEST_FRAME: number = 64 * 1024;
/** Frames of a client that wait until earlier ones are done. */
const MOST_WAITING = 10;

/** What the connection does for its watch. */
export interface WatchOutput {
  /** Whether the client has to read first. */
  readonly isFull: boolean;
  /** The most bytes of a frame that fit in as long as it is not full. */
  readonly room: number;
  send(frame: string): void;
  ended(why: EndOfEvents): void;
}

/** The users whom one connection watches, and the way of their events to it. */
export class SessionWatch implements EventReader {
  readonly #events: EventsApi;
  readonly #output: WatchOutput;
  readonly #users = new Set<UserId>();
  #subscription: Subscription | undefined;
  /** Frames that wait for the client to read. Each is made when it can be sent. */
  #frames: Iterator<string>[] = [];
  /** What waits for the client to have read them. */
  #readable: (() => void) | undefined;
  #isBehind = false;
  /** Frames are handled one after the other. */
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** How often the hub has ended the subscription, and with it what was watched. */
  #endings = 0;
  /** Whose access the next restart is for. */
  #restartAs: Access | undefined;

  constructor(events: EventsApi, output: WatchOutput) {
    this.#events = events;
    this.#output = output;
  }

  get users(): ReadonlySet<UserId> {
    return this.#users;
  }

  /** Whether no more frames are taken until earlier ones are done. */
  get isBusy(): boolean {
    return this.#waiting >= MOST_WAITING;
  }

  /** Takes a place for a user. @returns whether there is one */
  reserve(user: UserId, most: number): boolean {
    if (this.#users.size >= most && !this.#users.has(user)) return false;
    this.#users.add(user);
    return true;
  }

  /** Watches users that have a place. @returns once their state has been sent; rejects if it cannot be read */
  watch(users: readonly UserId[], access: Access): Promise<void> {
    const endings = this.#endings;
    return this.#inOrder(async () => {
      try {
        await this.#add(users, access, endings);
      } catch (error) {
        // After an end they have no place any more, or a later frame has taken one.
        if (this.#endings === endings) {
          for (const user of users) this.#users.delete(user);
          this.#subscription?.unwatch(users);
        }
        throw error;
      }
    });
  }

  unwatch(users: readonly UserId[]): Promise<void> {
    for (const user of users) this.#users.delete(user);
    return this.#inOrder(() => {
      this.#subscription?.unwatch(users);
      return Promise.resolve();
    });
  }

  /** The client has another token, which may show more or less: everything is sent anew. */
  restart(access: Access): void {
    const isWaiting = this.#restartAs !== undefined;
    this.#restartAs = access;
    if (!isWaiting) void this.#inOrder(() => this.#restart());
  }

  async #restart(): Promise<void> {
    const access = this.#restartAs;
    this.#restartAs = undefined;
    if (access === undefined) return;
    const endings = this.#endings;
    this.#drop();
    try {
      await this.#add([...this.#users], access, endings);
    } catch {
      if (this.#endings === endings) this.ended('failed');
    }
  }

  close(): void {
    this.#users.clear();
    this.#drop();
  }

  #drop(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.#isBehind = false;
    this.#frames = [];
    this.#readable?.();
  }

  /** @param endings when the users got their places */
  async #add(users: readonly UserId[], access: Access, endings: number): Promise<void> {
    for (let at = 0; at < users.length; at += AT_ONCE) {
      await this.#whenReadable();
      this.#expectNoEndSince(endings);
      // The connection may be gone, and a user may be watched no longer.
      const part = users.slice(at, at + AT_ONCE).filter((user) => this.#users.has(user));
      if (part.length === 0) continue;
      const subscription = (this.#subscription ??= this.#events.subscribe(
        { users: [], types: TYPES },
        access,
        this,
      ));
      await subscription.watch(part);
    }
    // What is said next comes after their state.
    await this.#whenReadable();
    this.#expectNoEndSince(endings);
  }

  #expectNoEndSince(endings: number): void {
    if (this.#endings !== endings) throw new HeartbeatError('HEARTBEAT_NOT_READY', frameProblem.watchEnded);
  }

  async #inOrder(handle: () => Promise<void>): Promise<void> {
    this.#waiting++;
    const earlier = this.#last;
    const handled = earlier.then(handle);
    this.#last = handled.catch(() => undefined);
    try {
      await handled;
    } finally {
      this.#waiting--;
    }
  }

  #whenReadable(): Promise<void> {
    if (!this.#mustWait) return Promise.resolve();
    return new Promise((resolve) => {
      this.#readable = resolve;
    });
  }

  get #mustWait(): boolean {
    return this.#frames.length > 0 || this.#output.isFull;
  }

  /** The client has read, after it had to. Idempotent. */
  drained(): void {
    this.#send();
    if (this.#mustWait) return;
    this.#readable?.();
    this.#readable = undefined;
    if (!this.#isBehind) return;
    this.#isBehind = false;
    this.#subscription?.resume();
  }

  #enqueue(frames: Iterable<string>): void {
    this.#frames.push(frames[Symbol.iterator]());
    this.#send();
  }

  /** As many frames as the client takes. If one cannot be made, the watch ends. */
  #send(): void {
    try {
      this.#sendFrames();
    } catch (error) {
      this.#subscription?.failed(error);
      this.ended('failed');
    }
  }

  #sendFrames(): void {
    for (let [first] = this.#frames; first !== undefined && !this.#output.isFull; [first] = this.#frames) {
      const next = first.next();
      if (next.done === true) this.#frames.shift();
      else this.#output.send(next.value);
    }
  }

  get isFull(): boolean {
    if (this.#mustWait) this.#isBehind = true;
    return this.#mustWait;
  }

  state(state: SentState): void {
    this.#enqueue(state.inParts(Math.min(LONGEST_FRAME, this.#output.room)));
  }

  events(events: readonly SentEvent[]): void {
    this.#enqueue(events.map(({ text }) => eventFrame(text)));
  }

  ended(why: EndOfEvents): void {
    this.#endings++;
    this.#users.clear();
    this.#drop();
    this.#output.ended(why);
  }
}
