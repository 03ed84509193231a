import type { Blindness } from '../../src/domain/blindness.js';
import type { NodeDefaults } from '../../src/domain/node.js';
import { moment, type Millis, type Moment } from '../../src/domain/time.js';
import { timeoutInForce } from '../../src/domain/timeout.js';
import { TimerWheel } from '../../src/runtime/timer-wheel.js';
import { isDue, type RegisteredNode } from './registered-node.js';
import type { NodeActor } from './node.actor.js';

/** How fine deadlines are told apart by the wheel; how late one is noticed depends on the pulse alone. */
const RESOLUTION: Millis = 20;

/** When the nodes of one shard are told that their time has come. */
export class Deadlines {
  readonly wheel: TimerWheel<NodeActor>;
  readonly #defaults: NodeDefaults;
  #horizon: Moment;

  constructor(now: Moment, defaults: NodeDefaults) {
    this.#defaults = defaults;
    this.#horizon = now;
    this.wheel = new TimerWheel(now, RESOLUTION);
  }

  /** How far time has come. */
  get horizon(): Moment {
    return this.#horizon;
  }

  /** Has the deadline of a node that has one looked at when time comes round to it. */
  watch(actor: NodeActor): void {
    const { state } = actor;
    if (state.phase !== 'unknown' && isDue(state)) this.wheel.arm(actor, actor.deadline);
  }

  /** @param most that are told at once: the rest come with the next tick */
  advance(horizon: Moment, most: number): void {
    this.#horizon = horizon;
    this.wheel.advance(horizon, this.#expire, most);
  }

  readonly #expire = (actor: NodeActor): void => {
    actor.cell?.tellUnbounded({ kind: 'expire', horizon: this.#horizon });
  };

  /** Time goes on after a restart. @param deadlineOf what a deadline on the vigil is in this run */
  resume(actors: Iterable<NodeActor>, deadlineOf: (actor: NodeActor, timeout: Millis) => Moment): void {
    for (const actor of actors) {
      const { state } = actor;
      if (state.phase === 'unknown' || !isDue(state)) continue;
      this.wheel.arm(actor, deadlineOf(actor, this.#timeoutOf(state, actor)));
    }
  }

  /** Those whose deadline had passed before are about to be told so. */
  blind(
    actors: Iterable<NodeActor>,
    blindness: Blindness,
    deadlineAfterIt: (deadline: Moment, timeout: Millis, heardBlind: Millis) => Moment,
  ): void {
    this.#horizon = moment(this.#horizon + blindness.to - blindness.from);
    for (const actor of actors) {
      const { state, deadline, heardBlind } = actor;
      if (state.phase === 'unknown' || deadline < blindness.from) continue;
      actor.deadline = deadlineAfterIt(deadline, this.#timeoutOf(state, actor), heardBlind);
    }
  }

  #timeoutOf({ registration }: RegisteredNode, { rhythm }: NodeActor): Millis {
    return timeoutInForce(registration.settings.timeout ?? this.#defaults.timeout, rhythm);
  }
}
