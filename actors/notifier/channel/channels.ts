import type { AlertMessage, Channel, ChannelPolicy } from '../../../src/ports/channel.js';
import type { ChildSpec } from '../../supervisor/child-spec.js';
import type { Supervisor } from '../../supervisor/supervisor.actor.js';
import { receiverIdOf } from './attempts.js';
import { ChannelActor, type ChannelDeps } from './channel.actor.js';

interface Startable {
  readonly name: string;
  readonly start: ChildSpec['start'];
}

/**
 * All channels. They may be added, changed and removed while the daemon runs; these collections always show the present
 * ones.
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

  /** For the supervision tree to start. */
  *all(): Iterable<Startable> {
    for (const actor of this.actors.values()) yield startable(actor);
  }

  started(supervisor: Supervisor, childOf: (channel: Startable) => ChildSpec): void {
    this.#supervisor = supervisor;
    this.#childOf = childOf;
  }

  /**
   * Replaces all channels. Alerts that wait for a channel that stays are delivered with its new settings. Attempts of a
   * removed channel may end first.
   *
   * @param closingNotices for the receivers of removed channels, by name
   */
  async replace(
    channels: readonly Channel[],
    closingNotices: ReadonlyMap<string, AlertMessage> = new Map(),
  ): Promise<void> {
    // A channel may have been renamed.
    const receivers = new Set(channels.map(receiverIdOf));
    const closingNoticeTo = ({ name, receiverId }: ChannelActor): AlertMessage | undefined =>
      receivers.has(receiverId) ? undefined : closingNotices.get(name);
    const names = new Set(channels.map(({ policy }) => policy.name));
    const gone = [...this.actors.values()].filter(({ name }) => !names.has(name));
    for (const { name } of gone) this.actors.delete(name);
    this.policies.splice(0);
    for (const channel of channels) {
      const present = this.actors.get(channel.policy.name);
      if (present === undefined) this.#begin(this.#put(channel));
      else {
        present.replace(channel, closingNoticeTo(present));
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

  /** All have stopped, and are not started again. Their notifiers stay open. */
  async release(): Promise<void> {
    await Promise.all(Array.from(this.actors.values(), (actor) => actor.release()));
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
