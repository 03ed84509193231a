import type { Access } from '../../domain/access.js';
import type { EventType } from '../../domain/event-types.js';
import type { Label } from '../../domain/label.js';
import type { UserId } from '../../domain/user-id.js';
import type { UserFacts } from '../../views/user-view.js';
import type { ChangeEvent } from './change.js';

/** Which events a reader wants. */
export interface EventFilter {
  /** Undefined: all. */
  readonly types?: ReadonlySet<EventType> | undefined;
  /**
   * Undefined: all users, or none if nodes are chosen. An empty list is none: `watch` adds some. Those that the caller
   * may not watch are left out.
   */
  readonly users?: readonly UserId[] | undefined;
  /** Undefined: all nodes and alerts, or none if users are chosen. */
  readonly nodes?: { readonly prefix: string; readonly labels: readonly Label[] } | undefined;
  /** Whether ids of users are strings in any case. */
  readonly hasTextIds?: boolean;
}

/** An event as its reader gets it. */
export interface SentEvent {
  /** Opaque. A later subscription may continue after it. */
  readonly id: string;
  /** JSON in ASCII, in one line. */
  readonly text: string;
  /** The same before it was written, with everything that only some may see. */
  readonly change: ChangeEvent;
}

/** A state as its reader gets it. */
export interface SentState extends Pick<SentEvent, 'id'> {
  /**
   * JSON in ASCII, in one line. Each piece is made when it is taken: with many users all of it is long, and what a
   * reader cannot take yet needs no text.
   */
  pieces(): Iterable<string>;
  /**
   * Its users alone: as states of at most so many characters each, unless one user alone has more. None if it has none.
   * Each is made when it is taken.
   */
  inParts(most: number): Iterable<string>;
  /** The users in it. Read it before `state` returns. */
  readonly users: readonly { readonly user: UserId; readonly facts: UserFacts }[];
}

/** Why a reader gets nothing any more. */
export type EndOfEvents =
  /** It read so slowly that what comes next is gone. */
  | 'slow'
  /** The state could not be read, for instance because a partition is away. It may come again. */
  | 'failed'
  /** The daemon stops. */
  | 'stopping';

/** Reads events. Each of its methods is called in a pass of the event loop of its own, never by an actor. */
export interface EventReader {
  /** Whether it can take no more for now: no events are passed to it. Once it can, call `resume` of the subscription. */
  readonly isFull: boolean;
  /**
   * The state that the next events change: of everything that it hears of, or only of users whom `watch` added. A state
   * of everything comes first, unless the subscription continues after an event, and again with `"reset":true` after
   * changes that could not be followed. Alerts and blind intervals have no state: those since the subscription follow it.
   */
  state(state: SentState): void;
  /**
   * What has changed, in order: of one user, node or alert none is missing and none comes twice. Of a subscription that
   * continues after an event, the first call may pass none.
   */
  events(events: readonly SentEvent[]): void;
  /** Nothing comes any more. Not called after `close`. */
  ended(why: EndOfEvents): void;
}

/** What a reader may do once it has subscribed. */
export interface Subscription {
  /**
   * Adds users. Their events come after a `state` of them alone, and only of those who were not watched.
   *
   * @returns once that has been passed to the reader; at once if all were watched
   * @throws HeartbeatError if there are too many, or their state cannot be read: then none was added
   */
  watch(users: readonly UserId[]): Promise<void>;

  /** No events of these users come any more. */
  unwatch(users: readonly UserId[]): void;

  /** The users it watches by name, those included whose state is being read. */
  readonly watched: number;

  /** The reader can take more again. */
  resume(): void;

  /** Reports an error of the reader, and closes it. */
  failed(error: unknown): void;

  /** Idempotent. Nothing is passed to the reader from now on. */
  close(): void;
}

/** Events, as they happen. */
export interface EventsApi {
  /**
   * Passes events to a reader from now on, the state first.
   *
   * @param access of the caller: it bounds what is passed on
   * @param after the id of the last event that it has: the stream continues there if what was missed is still known
   * @throws HeartbeatError `HEARTBEAT_TOO_MANY_READERS`, or `HEARTBEAT_NOT_READY` once the daemon stops
   */
  subscribe(filter: EventFilter, access: Access, reader: EventReader, after?: string): Subscription;

  /** Open subscriptions. */
  readonly readers: number;
}
