import type { EndOfEvents, EventReader, SentEvent, SentState } from '../app/events/events-api.js';
import type { Daemon } from '../app/api/daemon.js';
import { ANYBODY } from '../domain/access.js';
import { HeartbeatError } from '../errors.js';
import { userIdOf, type UserIdLike } from './arguments.js';
import { isIterable, must, objectOf, one, refuseProblems } from './checks.js';
import { described, type UserDescription } from './user-description.js';

/** The events of users. */
const USER_EVENTS = ['user.online', 'user.offline', 'user.updated'] as const;

export type UserEventType = (typeof USER_EVENTS)[number];

export interface UserEventsOptions {
  /** Only of these users. Default: all. */
  readonly users?: Iterable<UserIdLike>;
  /** Only of these types. Default, and if empty: all, as in `POST /events`. */
  readonly types?: readonly UserEventType[];
}

/** A change of a user; or, first, the state that the next ones change. */
export type UserEvent =
  | {
      readonly type: UserEventType;
      /** When it happened: for a silent user the deadline, not when that was noticed. */
      readonly at: Date;
      /** As it is after the change. */
      readonly user: UserDescription;
    }
  /** With the users who were named; without names it has none. */
  | { readonly type: 'state'; readonly users: readonly UserDescription[] };

const OPTIONS = objectOf({
  users: one(must('a list of ids', isIterable)),
  types: one(
    must(
      `a list of ${USER_EVENTS.join(', ')}`,
      (value) => Array.isArray(value) && value.every((type) => USER_EVENTS.some((each) => each === type)),
    ),
  ),
});

/** Events that wait here for the program; later ones wait in what the instance remembers. */
const MOST_WAITING = 1000;

/** Reads the events of users for a program, as fast as it pulls them. */
export async function* userEvents(
  daemon: () => Promise<Daemon>,
  options: UserEventsOptions,
): AsyncGenerator<UserEvent> {
  refuseProblems('options', OPTIONS(options, 'options'));
  const { users, events } = await daemon();
  const named = options.users && [...options.users].map((user) => userIdOf(users.ids, user));
  const queue = new EventQueue();
  const { types: chosen = [] } = options;
  const types = new Set(chosen.length === 0 ? USER_EVENTS : chosen);
  const subscription = events.subscribe({ users: named, types }, ANYBODY, queue);
  try {
    for (let next = await queue.next(); next !== undefined; next = await queue.next()) {
      yield next;
      if (!queue.isFull) subscription.resume();
    }
  } finally {
    subscription.close();
  }
}

class EventQueue implements EventReader {
  #waiting: UserEvent[] = [];
  #end: EndOfEvents | undefined;
  #pulled: (() => void) | undefined;

  get isFull(): boolean {
    return this.#waiting.length >= MOST_WAITING;
  }

  state({ users }: SentState): void {
    this.#waiting.push({ type: 'state', users: users.map(({ user, facts }) => described(user, facts)) });
    this.#pulled?.();
  }

  events(events: readonly SentEvent[]): void {
    for (const { change } of events) {
      if (change.about !== 'user') continue;
      const { at, user, facts } = change;
      const type = USER_EVENTS.find((each) => each === change.type);
      if (type !== undefined) this.#waiting.push({ type, at: new Date(at), user: described(user, facts) });
    }
    this.#pulled?.();
  }

  ended(why: EndOfEvents): void {
    this.#end = why;
    this.#pulled?.();
  }

  /** @returns undefined once the instance stops */
  async next(): Promise<UserEvent | undefined> {
    while (this.#waiting.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#pulled = resolve;
      });
    }
    const next = this.#waiting.shift();
    if (next !== undefined || this.#end === 'stopping') return next;
    throw this.#end === 'slow'
      ? new HeartbeatError('HEARTBEAT_OVERLOADED', 'the program was too slow: events are lost')
      : new HeartbeatError('HEARTBEAT_NOT_READY', 'the state could not be read');
  }
}
