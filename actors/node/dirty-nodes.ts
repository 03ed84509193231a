import type { NamedStatus } from '../../src/ports/history-record.js';
import type { NodeActor } from './node.actor.js';

/** Nodes whose status goes to disk with the next checkpoint. */
export class DirtyNodes {
  #actors: NodeActor[] = [];

  add(actor: NodeActor): void {
    if (actor.isDirty) return;
    actor.isDirty = true;
    this.#actors.push(actor);
  }

  /** No node is left. */
  clear(): void {
    this.#actors = [];
  }

  /** The statuses that changed since the last call. */
  take(): NamedStatus[] {
    const actors = this.#actors;
    this.#actors = [];
    const statuses: NamedStatus[] = [];
    for (const actor of actors) {
      const { key: name, state } = actor;
      actor.isDirty = false;
      if (state.phase === 'known' || state.phase === 'changing')
        statuses.push({ name, status: actor.statusOf(state) });
      // Its registration is still being written.
      else if (state.phase !== 'unknown') this.add(actor);
    }
    return statuses;
  }
}
