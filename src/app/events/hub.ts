import type { NodeFlip } from '../../../actors/node/node.protocol.js';
import type { AlertChange } from '../../../actors/notifier/notifier.protocol.js';
import { listen, type ChangeFeed } from '../../../actors/shards/change-feed.js';
import type { UserChange } from '../../../actors/user/user.protocol.js';
import type { Access } from '../../domain/access.js';
import type { BlindInterval } from '../../domain/blindness.js';
import type { EventType } from '../../domain/event-types.js';
import type { Instant, Millis } from '../../domain/time.js';
import type { UserId, UserIds } from '../../domain/user-id.js';
import { HeartbeatError } from '../../errors.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { factsOfOffline, factsOfOnline, type UserFacts } from '../../views/user-view.js';
import {
  alertEventsIn,
  type AlertEvent,
  type ChangeEvent,
  type NodeEvent,
  type UserEvent,
} from './change.js';
import type { Collection, StateSources } from './collection.js';
import type {
  EndOfEvents,
  EventFilter,
  EventReader,
  EventsApi,
  SentState,
  Subscription,
} from './events-api.js';

import { EventLog, type Position } from './event-log.js';
import { Selection } from './selection.js';
import { Stream, type StreamHost } from './stream.js';
import { Watchers } from './watchers.js';

/** Where changes come from. */
export interface Changes {
  readonly users: ChangeFeed<UserChange>;
  readonly nodes: ChangeFeed<NodeFlip>;
  readonly alerts: ChangeFeed<AlertChange>;
}

export interface EventHubOptions {
  /** The most events that are remembered, for readers who were away. */
  readonly past: number;
  /** The most readers. */
  readonly readers: number;
  /** The most pairs of a user and a reader that watches it by name. */
  readonly watched: number;
}

export interface EventHubDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ids: Pick<UserIds, 'kind'>;
  readonly sources: StateSources;
}

/** How long events are remembered once nobody reads them. A reader who was away for longer begins anew. */
const REMEMBERED: Millis = 600_000;

/**
 * Passes changes on to readers. It listens to the actors from the first reader until some time after the last one has
 * gone: otherwise nobody holds the id of an event, and nothing costs anything. See decision 110.
 */
export class EventHub implements EventsApi, StreamHost {
  readonly sources: StateSources;
  readonly watchers = new Watchers<Stream>();
  /** Readers who ended because they read too slowly. */
  slow = 0;
  readonly #options: EventHubOptions;
  readonly #changes: Changes;
  readonly #deps: EventHubDeps;
  readonly #streams = new Set<Stream>();
  /** Those that hear of all users, and those that hear of nodes and alerts. */
  readonly #ofUsers = new Set<Stream>();
  readonly #ofNodes = new Set<Stream>();
  #log: EventLog;
  #scheduled = new Set<Stream>();
  #latestText: { readonly number: number; readonly text: string } | undefined;
  /** Stops listening to the actors; undefined while it does not. */
  #stopListening: (() => void) | undefined;
  /** Nobody reads, and in some time the log is forgotten. */
  #cancelForgetting: Cancel | undefined;
  #isStopping = false;
  /** Whether all readers will begin anew after this pass. */
  #isInterrupting = false;

  constructor(options: EventHubOptions, changes: Changes, deps: EventHubDeps) {
    this.#options = options;
    this.#changes = changes;
    this.#deps = deps;
    this.sources = deps.sources;
    this.#log = new EventLog(options.past);
  }

  get log(): EventLog {
    return this.#log;
  }

  get readers(): number {
    return this.#streams.size;
  }

  get mostWatched(): number {
    return this.#options.watched;
  }

  subscribe(filter: EventFilter, access: Access, reader: EventReader, after?: string): Subscription {
    if (this.#isStopping) throw new HeartbeatError('HEARTBEAT_NOT_READY', 'the daemon is stopping');
    if (this.#streams.size >= this.#options.readers)
      throw new HeartbeatError('HEARTBEAT_TOO_MANY_READERS', 'too many read events');
    this.#listen();
    const selection = new Selection(filter, access, this.#deps.ids);
    const stream = new Stream(selection, reader, this);
    this.#streams.add(stream);
    if (selection.hearsAllUsers) this.#ofUsers.add(stream);
    if (selection.hearsNodes) this.#ofNodes.add(stream);
    try {
      const position = after === undefined ? undefined : this.#log.positionOf(after);
      if (position === undefined) stream.start(after !== undefined);
      else stream.continue(position);
    } catch (error) {
      stream.close();
      throw error;
    }
    return stream;
  }

  #listen(): void {
    this.#cancelForgetting?.();
    this.#cancelForgetting = undefined;
    if (this.#isListening) return;
    this.#begin();
    const { users, nodes, alerts } = this.#changes;
    const all = [
      listen(users, (change) => this.#guarded(() => this.#userChanged(change))),
      listen(nodes, (flip) => this.#guarded(() => this.#flipped(flip))),
      listen(alerts, (change) => this.#guarded(() => this.#alertChanged(change))),
    ];
    this.#stopListening = () => {
      for (const stop of all) stop();
    };
  }

  get #isListening(): boolean {
    return this.#stopListening !== undefined;
  }

  #forget(): void {
    this.#cancelForgetting = undefined;
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#begin();
  }

  #begin(): void {
    this.#log = new EventLog(this.#options.past);
    this.#latestText = undefined;
  }

  /** The actors must not suffer. Readers begin anew, since something may be missing. */
  #guarded(hear: () => void): void {
    try {
      hear();
    } catch (error) {
      this.failed(error);
      this.#interruptSoon();
    }
  }

  #interruptSoon(): void {
    if (this.#isInterrupting) return;
    this.#isInterrupting = true;
    this.#deps.clock.soon(() => {
      this.#isInterrupting = false;
      this.interrupt();
    });
  }

  failed(error: unknown): void {
    this.#deps.logger.error('an event could not be passed on', { error });
  }

  #userChanged(change: UserChange): void {
    if (change.kind === 'erased') {
      this.#erase(change);
      return;
    }
    const facts = change.kind === 'offline' ? factsOfOffline(change.ended) : factsOfOnline(change.session);
    const at = change.kind === 'updated' ? undefined : facts.since;
    this.#user(`user.${change.kind}`, change.user, facts, at ?? this.#deps.clock.wall());
  }

  #user(type: EventType, user: UserId, facts: UserFacts, at: Instant): void {
    const event: UserEvent = { number: this.#log.last + 1, type, about: 'user', at, user, facts };
    this.#log.append(event);
    const named = this.watchers.of(user);
    if (named instanceof Stream) named.hear(event);
    else if (named !== undefined) for (const stream of named) stream.hear(event);
    for (const stream of this.#ofUsers) stream.hear(event);
  }

  /** A reader who was away, and missed what is forgotten now, hears at least that the user is offline. */
  #erase({ user, wasOnline, at }: Extract<UserChange, { readonly kind: 'erased' }>): void {
    this.#latestText = undefined;
    if (this.#log.erase(user) || wasOnline) this.#user('user.offline', user, factsOfOffline(undefined), at);
  }

  #flipped({ flip, node }: NodeFlip): void {
    const causes = this.sources.causesOf(node);
    const number = this.#log.last + 1;
    const event: NodeEvent = { number, type: 'node.flip', about: 'node', flip, node, causes };
    this.#log.append(event);
    for (const stream of this.#ofNodes) stream.hear(event);
  }

  #alertChanged(change: AlertChange): void {
    const { record } = change;
    for (const { type, channel } of alertEventsIn(change)) {
      const at = type === 'alert.raised' ? record.alert.at : this.#deps.clock.wall();
      const number = this.#log.last + 1;
      const event: AlertEvent = { number, type, about: 'alert', at, record, channel };
      this.#log.append(event);
      for (const stream of this.#ofNodes) stream.hear(event);
    }
  }

  /** The daemon was blind. Call it before any change that happens after that. */
  blind(interval: BlindInterval): void {
    if (!this.#isListening) return;
    const number = this.#log.last + 1;
    const event: ChangeEvent = { number, type: 'daemon.blind', about: 'daemon', interval };
    this.#log.append(event);
    for (const stream of this.#streams) stream.hear(event);
  }

  textOf(event: ChangeEvent, selection: Selection): string {
    if (!selection.seesAll) return selection.text(event);
    if (this.#latestText?.number !== event.number)
      this.#latestText = { number: event.number, text: selection.text(event) };
    return this.#latestText.text;
  }

  stateOf(collection: Collection, isReset: boolean, position: Position): SentState {
    return {
      id: this.idOf(position),
      ...collection.take(this.#deps.clock.wall(), isReset),
      // Most readers only pass the text on.
      get users() {
        return collection.facts;
      },
    };
  }

  idOf(position: Position): string {
    return this.#log.idOf(position);
  }

  schedule(stream: Stream): void {
    if (this.#scheduled.size === 0) this.#deps.clock.soon(() => this.#flush());
    this.#scheduled.add(stream);
  }

  #flush(): void {
    const streams = this.#scheduled;
    this.#scheduled = new Set();
    for (const stream of streams) stream.flush();
  }

  gone(stream: Stream, why: EndOfEvents | 'closed'): void {
    this.#streams.delete(stream);
    this.#ofUsers.delete(stream);
    this.#ofNodes.delete(stream);
    if (why === 'slow') this.slow++;
    if (this.#streams.size > 0 || this.#isStopping) return;
    this.#cancelForgetting?.();
    this.#cancelForgetting = this.#deps.clock.after(REMEMBERED, () => this.#forget());
  }

  /** What follows cannot be followed from here: each reader begins anew. */
  interrupt(): void {
    if (!this.#isListening) return;
    for (const stream of [...this.#streams]) stream.end('failed');
    this.#begin();
  }

  /** Nothing is passed on any more. */
  stop(): void {
    this.#isStopping = true;
    this.#cancelForgetting?.();
    for (const stream of [...this.#streams]) stream.end('stopping');
  }
}
