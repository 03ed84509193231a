import type { AlertMessage, Channel, ChannelPolicy } from '../../../src/ports/channel.js';
import type { ChildSpec } from '../../supervisor/child.js';
import type { Supervisor } from '../../supervisor/supervisor.actor.js';
import type { Totals } from './channel-totals.js';
import { ChannelActor, receiverIdOf, type ChannelDeps } from './channel.actor.js';

interface Startable {
  readonly name: string;
  readonly start: ChildSpec['start'];
}

/**
 * The channels that there are. They may come, change and go while the daemon runs: whoever was handed these collections
 * sees them as they are now.
 */
export class Channels {
  readonly actors = new Map<string, ChannelActor>();
  readonly policies: ChannelPolicy[] = [];
  readonly #deps: ChannelDeps;
  #supervisor: Supervisor | undefined;
  #childOf: ((channel: Startable) => ChildSpec) | undefined;

  constructor(channels: readonly Channel[], deps: ChannelDeps) {
    this.#deps = deps;
    for (const channel of channels) this.#put(channel);
  }

  /** What is counted of each that there is, or was. */
  get totals(): Iterable<readonly [string, Readonly<Totals>]> {
    return this.#deps.totals;
  }

  /** As the tree is to start them. */
  *all(): Iterable<Startable> {
    for (const actor of this.actors.values()) yield startable(actor);
  }

  started(supervisor: Supervisor, childOf: (channel: Startable) => ChildSpec): void {
    this.#supervisor = supervisor;
    this.#childOf = childOf;
  }

  /**
   * From here on these, and no others. What waits for one that stays is delivered by its new settings; what is under
   * way with one that goes may come to its end first.
   *
   * @param closingNotices what the receivers of those that go are told last, by their names
   */
  async replace(
    channels: readonly Channel[],
    closingNotices: ReadonlyMap<string, AlertMessage> = new Map(),
  ): Promise<void> {
    // A channel may have been given another name.
    const receivers = new Set(channels.map(receiverIdOf));
    const closingNoticeTo = ({ name, receiverId }: ChannelActor): AlertMessage | undefined =>
      receivers.has(receiverId) ? undefined : closingNotices.get(name);
    const names = new Set(channels.map(({ policy }) => policy.name));
    const gone = [...this.actors.values()].filter(({ name }) => !names.has(name));
    for (const { name } of gone) this.actors.delete(name);
    this.policies.splice(0);
    for (const channel of channels) {
      const known = this.actors.get(channel.policy.name);
      if (known === undefined) this.#begin(this.#put(channel));
      else {
        known.replace(channel, closingNoticeTo(known));
        this.policies.push(channel.policy);
      }
    }
    await Promise.all(
      gone.map(async (actor) => {
        await this.#supervisor?.remove(actor.name);
        await actor.leave(closingNoticeTo(actor));
      }),
    );
  }

  /** Lets go of their connections: the daemon ends. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.actors.values(), (actor) => actor.close()));
  }

  #put(channel: Channel): ChannelActor {
    const actor = new ChannelActor(channel, this.#deps);
    this.actors.set(actor.name, actor);
    this.policies.push(channel.policy);
    return actor;
  }

  #begin(actor: ChannelActor): void {
    if (this.#childOf !== undefined) this.#supervisor?.add(this.#childOf(startable(actor)));
  }
}

function startable(actor: ChannelActor): Startable {
  return { name: actor.name, start: (exitSignal, place) => actor.start(exitSignal, place) };
}
