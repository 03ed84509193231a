import { randomBytes } from 'node:crypto';
import type { NodeFlip } from '../../../actors/node/node.protocol.js';
import type { AlertChange } from '../../../actors/notifier/notifier.protocol.js';
import { listen, type ChangeFeed } from '../../../actors/shards/change-feed.js';
import type { UserChange } from '../../../actors/user/user.protocol.js';
import type { Access } from '../../domain/access.js';
import type { Delivery } from '../../domain/alert.js';
import type { BlindInterval } from '../../domain/blindness.js';
import type { EventType } from '../../domain/event-types.js';
import type { UserIds } from '../../domain/user-id.js';
import { HeartbeatError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { factsOfOffline, factsOfOnline } from '../../views/user-view.js';
import type { AlertEvent, ChangeEvent, NodeEvent, UserEvent } from './change.js';
import type { Collection, StateSources } from './collection.js';
import type {
  EndOfEvents,
  EventFilter,
  EventReader,
  EventsApi,
  SentState,
  Subscription,
} from './events-api.js';

import { EventLog } from './event-log.js';
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

/** The ends of a delivery. */
const ENDS: Readonly<Partial<Record<Delivery['state'], EventType>>> = {
  delivered: 'alert.delivered',
  dead: 'alert.dead',
  cancelled: 'alert.cancelled',
  folded: 'alert.folded',
};

/**
 * Passes changes on to readers. It listens to the actors from the first reader on: before that, nobody holds the id of
 * an event, and nothing costs anything. See decision 110.
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
  /** Ids begin with it, so that those of another run are known to be that. */
  #run = '';
  #scheduled = new Set<Stream>();
  #latestText: { readonly number: number; readonly text: string } | undefined;
  /** From the first reader on. */
  #isListening = false;
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
      const number = after === undefined ? undefined : this.#numberOf(after);
      if (number === undefined) stream.start(after !== undefined);
      else stream.continue(number);
    } catch (error) {
      stream.close();
      throw error;
    }
    return stream;
  }

  #listen(): void {
    const { users, nodes, alerts } = this.#changes;
    if (this.#isListening) return;
    this.#isListening = true;
    this.#begin();
    listen(users, (change) => this.#guarded(() => this.#userChanged(change)));
    listen(nodes, (flip) => this.#guarded(() => this.#flipped(flip)));
    listen(alerts, (change) => this.#guarded(() => this.#alertChanged(change)));
  }

  #begin(): void {
    this.#run = randomBytes(6).toString('hex');
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
    const event: UserEvent = {
      number: this.#log.last + 1,
      type: `user.${change.kind}`,
      about: 'user',
      at: at ?? this.#deps.clock.wall(),
      user: change.user,
      facts,
    };
    this.#log.append(event);
    const named = this.watchers.of(change.user);
    if (named instanceof Stream) named.hear(event);
    else if (named !== undefined) for (const stream of named) stream.hear(event);
    for (const stream of this.#ofUsers) stream.hear(event);
  }

  /** A reader who was away, and missed what is forgotten now, hears at least that the user is offline. */
  #erase({ user, wasOnline }: Extract<UserChange, { readonly kind: 'erased' }>): void {
    this.#latestText = undefined;
    if (this.#log.erase(user) || wasOnline) this.#userChanged({ kind: 'offline', user, ended: undefined });
  }

  #flipped({ flip, node }: NodeFlip): void {
    const causes = this.sources.causesOf(node);
    const number = this.#log.last + 1;
    const event: NodeEvent = { number, type: 'node.flip', about: 'node', flip, node, causes };
    this.#log.append(event);
    for (const stream of this.#ofNodes) stream.hear(event);
  }

  #alertChanged({ before, record }: AlertChange): void {
    if (before === undefined) this.#alert('alert.raised', record, undefined);
    for (const { channel, state } of record.deliveries) {
      const end = ENDS[state];
      const earlier = before?.deliveries.find((delivery) => delivery.channel === channel);
      if (end !== undefined && earlier?.state !== state) this.#alert(end, record, channel);
    }
  }

  #alert(type: EventType, record: AlertEvent['record'], channel: string | undefined): void {
    const at = type === 'alert.raised' ? record.alert.at : this.#deps.clock.wall();
    const number = this.#log.last + 1;
    const event: AlertEvent = { number, type, about: 'alert', at, record, channel };
    this.#log.append(event);
    for (const stream of this.#ofNodes) stream.hear(event);
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

  stateOf(collection: Collection, isReset: boolean): SentState {
    const text = collection.take(this.#deps.clock.wall(), isReset);
    return {
      id: this.idOf(this.#log.last),
      text,
      // Most readers only pass the text on.
      get users() {
        return collection.facts;
      },
    };
  }

  idOf(number: number): string {
    return `${this.#run}-${number.toString(36)}`;
  }

  /** @returns undefined if it is of another run, or what came after it is not known any more */
  #numberOf(id: string): number | undefined {
    const [run, digits = ''] = id.split('-');
    if (run !== this.#run || !/^[0-9a-z]{1,10}$/.test(digits)) return undefined;
    const number = parseInt(digits, 36);
    return this.#log.isKnownAfter(number) ? number : undefined;
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
    for (const stream of [...this.#streams]) stream.end('stopping');
  }
}
