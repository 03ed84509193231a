import type { UserId } from '../../../src/domain/user-id.js';
import type { Channel } from '../../../src/ports/channel.js';
import type { ChildSpec } from '../../supervisor/child-spec.js';
import type { Supervisor } from '../../supervisor/supervisor.actor.js';
import {
  UserEventsActor,
  userEventsOf,
  type UserEventsChannel,
  type UserEventsDeps,
} from './user-events.actor.js';
import type { UserEvent, UserEventTotals } from './user-events.protocol.js';

interface Startable {
  readonly name: string;
  readonly start: ChildSpec['start'];
}

/** What a channel has done with events of users; `waiting` is undefined once it asks for none any more. */
export interface UserEventFigures extends Readonly<UserEventTotals> {
  readonly name: string;
  readonly waiting: number | undefined;
}

/** The channels that send events of users. They may be added, changed and removed while the daemon runs. */
export class UserEventChannels {
  readonly #deps: UserEventsDeps;
  readonly #actors = new Map<string, UserEventsActor>();
  /** They continue when a channel is removed or comes back. */
  readonly #totals = new Map<string, UserEventTotals>();
  #supervisor: Supervisor | undefined;
  #childOf: ((channel: Startable) => ChildSpec) | undefined;

  constructor(channels: readonly Channel[], deps: UserEventsDeps) {
    this.#deps = deps;
    for (const channel of userEventsChannelsIn(channels)) this.#put(channel);
  }

  /** Whether any channel asks for events of users. */
  get hasAny(): boolean {
    return this.#actors.size > 0;
  }

  /** For the supervision tree to start. */
  *all(): Iterable<Startable> {
    for (const actor of this.#actors.values()) yield startable(actor);
  }

  started(supervisor: Supervisor, childOf: (channel: Startable) => ChildSpec): void {
    this.#supervisor = supervisor;
    this.#childOf = childOf;
  }

  /** A user came online or went offline. */
  changed(event: UserEvent): void {
    for (const actor of this.#actors.values()) actor.changed(event);
  }

  /** A user was erased. @param event says that there is nothing about the user any more */
  erased(user: UserId, event: UserEvent, wasOnline: boolean): void {
    for (const actor of this.#actors.values()) actor.erased(user, event, wasOnline);
  }

  /** Nobody knows which events are missing before the next one. */
  reset(): void {
    for (const actor of this.#actors.values()) actor.reset();
  }

  /** Replaces all channels. What waits for a channel that stays is sent with its new settings. */
  async replace(channels: readonly Channel[]): Promise<void> {
    const wanted = userEventsChannelsIn(channels);
    const names = new Set(wanted.map(({ policy }) => policy.name));
    const gone = [...this.#actors.values()].filter(({ name }) => !names.has(name));
    for (const { name } of gone) this.#actors.delete(name);
    await Promise.all([
      ...wanted.map(async (channel) => {
        const present = this.#actors.get(channel.policy.name);
        if (present === undefined) this.#begin(this.#put(channel));
        else await present.replace(channel);
      }),
      ...gone.map(async (actor) => {
        await this.#supervisor?.remove(actor.name);
        await actor.leave();
      }),
    ]);
  }

  /** All have stopped: the daemon is ending. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#actors.values(), (actor) => actor.leave()));
  }

  get figures(): readonly UserEventFigures[] {
    return Array.from(this.#totals, ([name, totals]) => ({
      name,
      ...totals,
      waiting: this.#actors.get(name)?.waiting,
    }));
  }

  #put(channel: UserEventsChannel): UserEventsActor {
    const { name } = channel.policy;
    const totals = this.#totals.get(name) ?? { sent: 0, dropped: 0, failed: 0 };
    this.#totals.set(name, totals);
    const actor = new UserEventsActor(channel, totals, this.#deps);
    this.#actors.set(name, actor);
    return actor;
  }

  #begin(actor: UserEventsActor): void {
    if (this.#childOf !== undefined) this.#supervisor?.add(this.#childOf(startable(actor)));
  }
}

function userEventsChannelsIn(channels: readonly Channel[]): readonly UserEventsChannel[] {
  return channels.flatMap((channel) => userEventsOf(channel) ?? []);
}

function startable(actor: UserEventsActor): Startable {
  return { name: actor.name, start: (exitSignal, place) => actor.start(exitSignal, place) };
}
