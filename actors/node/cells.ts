import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { NodeActor, NodeActorMessage } from './node.actor.js';

/** Where the actors of one shard run. An actor outlives its cell, and what the cell had not handled with it. */
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
    // nact takes few characters in a name.
    const name = Buffer.from(actor.name).toString('base64url');
    actor.cell = this.#system.spawn<NodeActorMessage>(this.#place, name, actor, { mailbox });
  }

  /** Gives an actor that was stopped a cell again, and in it what it was told before. */
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
        // Behind them comes what the disk has settled meanwhile.
        actor.left = [...left, ...(actor.left ?? [])];
        resolve();
      });
    });
  }
}
