import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { NodeActor, NodeActorMessage } from './node.actor.js';

/** The cells of one shard's actors. An actor outlives its cell, and keeps what the cell had not handled. */
export class Cells {
  readonly #system: ActorSystem;
  #place: Place | undefined;

  constructor(system: ActorSystem) {
    this.#system = system;
  }

  /** Undefined before the first start. */
  get place(): Place | undefined {
    return this.#place;
  }

  open(parent: Place, name: string): void {
    this.#place ??= this.#system.place(parent, name);
  }

  spawn(actor: NodeActor, mailbox: number): void {
    if (this.#place === undefined) throw new TypeError('the shard has not started');
    // nact allows few characters in a name.
    const name = Buffer.from(actor.name).toString('base64url');
    actor.cell = this.#system.spawn<NodeActorMessage>(this.#place, name, actor, { mailbox });
  }

  /** Gives a stopped actor a cell again, with its unhandled messages. */
  revive(actor: NodeActor, mailbox: number): void {
    this.spawn(actor, mailbox);
    const { left } = actor;
    actor.left = undefined;
    for (const message of left ?? []) if (message.kind !== 'expire') actor.cell?.tellUnbounded(message);
  }

  stop(actor: NodeActor): Promise<void> {
    return new Promise((resolve) => {
      if (actor.cell === undefined) {
        resolve();
        return;
      }
      actor.cell.stop((left) => {
        // Later settlements of the disk follow.
        actor.left = [...left, ...(actor.left ?? [])];
        resolve();
      });
    });
  }
}
