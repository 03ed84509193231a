import type { UserId } from '../../domain/user-id.js';
import { HeartbeatError } from '../../errors.js';
import { hasNoState, type ChangeEvent } from './change.js';
import { Collection, type StateSources } from './collection.js';
import type { EndOfEvents, EventReader, SentEvent, SentState, Subscription } from './events-api.js';
import type { EventLog, Position } from './event-log.js';
import { inBatches, PendingEvents } from './pending-events.js';
import type { Selection } from './selection.js';
import type { Watchers } from './watchers.js';

/** Of the past, this many events are looked at in a pass. */
const LOOKED_AT = 5000;

/** What a stream needs of the hub. */
export interface StreamHost {
  readonly log: EventLog;
  readonly sources: StateSources;
  readonly watchers: Watchers<Stream>;
  /** The most pairs of a user and a reader that watches it by name. */
  readonly mostWatched: number;
  /** How an event is sent to readers who see all of it; made once. */
  textOf(event: ChangeEvent, selection: Selection): string;
  /** The state as a reader gets it now. */
  stateOf(collection: Collection, isReset: boolean, position: Position): SentState;
  idOf(position: Position): string;
  /** Has `flush` called at the end of this pass of the event loop. */
  schedule(stream: Stream): void;
  /** A reader threw an error. */
  failed(error: unknown): void;
  /** It has ended. */
  gone(stream: Stream, why: EndOfEvents | 'closed'): void;
}

/**
 * - `collecting`: its first state is being read.
 * - `live`: events are passed on at the end of the pass in which they happen.
 * - `behind`: it continues from the past, at the pace of its reader.
 */
type Mode = 'collecting' | 'live' | 'behind' | 'ended';

/** The events of one reader. */
export class Stream implements Subscription {
  readonly #selection: Selection;
  readonly #reader: EventReader;
  readonly #host: StreamHost;
  /** The users it names: from which number on their events are passed on, or where their state is being read. */
  readonly #users = new Map<UserId, number | Collection>();
  #mode: Mode = 'collecting';
  /** The state that is passed on first. */
  #whole: Collection | undefined;
  readonly #pending = new PendingEvents();
  /** While behind: all up to this number have been passed on, or are pending. */
  #passed = 0;
  /** Users and nodes are known up to this number. */
  #included = 0;
  /** While collecting: the number before the first event that has no state. The stream goes on from it after the state. */
  #unstated: number | undefined;
  /** Whether nothing has been passed on yet of what follows an earlier event. */
  #isContinuing = false;

  constructor(selection: Selection, reader: EventReader, host: StreamHost) {
    this.#selection = selection;
    this.#reader = reader;
    this.#host = host;
  }

  get watched(): number {
    return this.#users.size;
  }

  /** @throws HeartbeatError if it names too many users */
  start(isReset: boolean): void {
    const users = (this.#selection.users ?? []).filter((user) => this.#selection.mayWatch(user));
    const whole = new Collection(this.#selection, users, true, this.#host.sources);
    this.#admit(whole);
    this.#whole = whole;
    whole.read().then(
      () => this.#begin(whole, isReset),
      () => this.end('failed'),
    );
  }

  /** Continues at a position that is known. @throws as `start` */
  continue({ passed, included }: Position): void {
    const users = (this.#selection.users ?? []).filter((user) => this.#selection.mayWatch(user));
    this.#admit(new Collection(this.#selection, users, true, this.#host.sources));
    for (const user of users) this.#users.set(user, included);
    this.#passed = passed;
    this.#included = included;
    this.#mode = 'behind';
    this.#isContinuing = true;
    this.#host.schedule(this);
  }

  #begin(whole: Collection, isReset: boolean): void {
    if (this.#mode !== 'collecting') return;
    this.#included = this.#host.log.last;
    this.#passed = this.#unstated ?? this.#included;
    const state = this.#take(whole, isReset);
    this.#whole = undefined;
    if (state === undefined) return;
    this.#mode = this.#unstated === undefined ? 'live' : 'behind';
    this.#pass(() => this.#reader.state(state));
    if (this.#unstated !== undefined && !this.#isEnded) this.#host.schedule(this);
  }

  /** @returns undefined if it could not be read after all */
  #take(collection: Collection, isReset: boolean): SentState | undefined {
    const { last } = this.#host.log;
    try {
      const passed = collection === this.#whole ? this.#passed : last;
      const state = this.#host.stateOf(collection, isReset, { passed, included: last });
      for (const user of collection.users) this.#users.set(user, last);
      return state;
    } catch {
      this.end('failed');
      return undefined;
    }
  }

  async watch(users: readonly UserId[]): Promise<void> {
    if (this.#mode === 'ended') return;
    const added = users.filter((user) => !this.#users.has(user) && this.#selection.mayWatch(user));
    if (added.length === 0) return;
    const collection = new Collection(this.#selection, added, false, this.#host.sources);
    this.#admit(collection);
    try {
      await collection.read();
    } catch (error) {
      this.unwatch([...collection.users].filter((user) => this.#users.get(user) === collection));
      throw error;
    }
    if (this.#isEnded || collection.size === 0) return;
    const state = this.#take(collection, false);
    if (state !== undefined) this.#pass(() => this.#reader.state(state));
  }

  get #isEnded(): boolean {
    return this.#mode === 'ended';
  }

  #admit(collection: Collection): void {
    const { watchers, mostWatched } = this.#host;
    if (watchers.size + collection.size > mostWatched) {
      throw new HeartbeatError('HEARTBEAT_TOO_MANY_READERS', 'too many users are watched by name');
    }
    for (const user of collection.users) {
      this.#users.set(user, collection);
      watchers.add(user, this);
    }
  }

  unwatch(users: readonly UserId[]): void {
    for (const user of users) {
      const watch = this.#users.get(user);
      if (watch === undefined) continue;
      if (watch instanceof Collection) watch.drop(user);
      this.#users.delete(user);
      this.#host.watchers.delete(user, this);
    }
  }

  /** A change has happened. Called in the turn of the actor whose change it is. */
  hear(event: ChangeEvent): void {
    if (event.about === 'node') this.#whole?.node(event);
    if (event.about === 'user') {
      const watch = this.#users.get(event.user);
      if (watch instanceof Collection) {
        watch.user(event);
        return;
      }
    }
    if (this.#mode === 'behind') this.#notice();
    if (this.#mode === 'collecting' && hasNoState(event) && this.#selection.wants(event))
      this.#unstated ??= event.number - 1;
    if (this.#mode !== 'live' || !this.#selection.wants(event)) return;
    if (this.#reader.isFull || this.#pending.isFull) this.#fallBehind(event);
    else this.#pending.add(this.#sent(event));
    this.#host.schedule(this);
  }

  /** From this event on, it is passed on from the past. */
  #fallBehind({ number }: ChangeEvent): void {
    this.#mode = 'behind';
    this.#passed = number - 1;
  }

  /** A reader that does not read at all never asks for more. */
  #notice(): void {
    if (!this.#host.log.isKnownAfter(this.#passed)) this.#host.schedule(this);
  }

  #sent(event: ChangeEvent): SentEvent {
    const text = this.#host.textOf(event, this.#selection);
    const id = this.#host.idOf({ passed: event.number, included: this.#included });
    return { id, text, change: event };
  }

  /** Passes on what happened in this pass of the event loop, or more of the past. */
  flush(): void {
    if (this.#mode === 'ended') return;
    // Since they happened, a user may have been dropped, or watched anew with a state that includes them.
    this.#passPending(this.#pending.take().filter(({ change }) => this.#isWanted(change)));
    if (this.#mode === 'behind') this.#catchUp();
  }

  #passPending(pending: readonly SentEvent[]): void {
    for (const batch of inBatches(pending)) {
      if (this.#isEnded) return;
      const [first] = batch;
      if (this.#reader.isFull && first !== undefined) {
        this.#fallBehind(first.change);
        return;
      }
      this.#pass(() => this.#reader.events(batch));
    }
  }

  resume(): void {
    if (this.#mode === 'behind') this.#host.schedule(this);
  }

  #catchUp(): void {
    const { log } = this.#host;
    if (!log.isKnownAfter(this.#passed)) {
      this.end('slow');
      return;
    }
    for (const batch of inBatches(this.#past())) {
      this.#isContinuing = false;
      this.#pass(() => this.#reader.events(batch));
    }
    if (this.#isContinuing) this.#pass(() => this.#reader.events([]));
    this.#isContinuing = false;
    if (this.#isEnded) return;
    if (this.#passed === log.last) this.#mode = 'live';
    else if (!this.#reader.isFull) this.#host.schedule(this);
  }

  /** What it wants of the past, as far as its reader takes it in this pass. */
  *#past(): Generator<SentEvent> {
    const { log } = this.#host;
    for (let looked = 0; looked < LOOKED_AT && this.#passed < log.last; looked++) {
      if (this.#isEnded || this.#reader.isFull) return;
      const event = log.at(this.#passed + 1);
      if (event === undefined) return;
      this.#passed++;
      if (this.#isWanted(event)) yield this.#sent(event);
    }
  }

  /** What a reader throws reaches nobody else. */
  #pass(pass: () => void): void {
    try {
      pass();
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error: unknown): void {
    this.#stop('closed');
    this.#host.failed(error);
  }

  /** Of a user who is watched by name, only what its state does not include. */
  #isWanted(event: ChangeEvent): boolean {
    if (event.number <= this.#included && !hasNoState(event)) return false;
    if (event.about === 'user' && this.#selection.users !== undefined) {
      const from = this.#users.get(event.user);
      if (typeof from !== 'number' || event.number <= from) return false;
    }
    return this.#selection.wants(event);
  }

  close(): void {
    this.#stop('closed');
  }

  end(why: EndOfEvents): void {
    if (this.#stop(why)) this.#pass(() => this.#reader.ended(why));
  }

  #stop(why: EndOfEvents | 'closed'): boolean {
    if (this.#isEnded) return false;
    this.#mode = 'ended';
    this.#pending.take();
    this.#whole?.giveUp();
    this.#whole = undefined;
    void this.#forget();
    this.#host.gone(this, why);
    return true;
  }

  async #forget(): Promise<void> {
    await this.#host.watchers.deleteAll(this.#users.keys(), this, () => this.#host.sources.turn());
    this.#users.clear();
  }
}
