import type { Blindness } from '../../src/domain/blindness.js';
import type { NodeDefaults } from '../../src/domain/node.js';
import { moment, type Millis, type Moment } from '../../src/domain/time.js';
import { timeoutInForce } from '../../src/domain/timeout.js';
import { TimerWheel } from '../../src/runtime/timer-wheel.js';
import { isDue, type RegisteredNode } from './registered-node.js';
import type { NodeActor } from './node.actor.js';

/** The resolution of deadlines in the wheel. How late one is noticed depends only on the watchdog. */
const RESOLUTION: Millis = 20;

/** The deadlines of one shard's nodes. */
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

  /** Has the node's deadline, if any, checked when it comes round. */
  watch(actor: NodeActor): void {
    const { state } = actor;
    if (state.phase !== 'unknown' && isDue(state)) this.wheel.arm(actor, actor.deadline);
  }

  /** @param most deadlines in one tick; the others come with the next */
  advance(horizon: Moment, most: number): void {
    this.#horizon = horizon;
    this.wheel.advance(horizon, this.#expire, most);
  }

  readonly #expire = (actor: NodeActor): void => {
    actor.cell?.tellUnbounded({ kind: 'expire', horizon: this.#horizon });
  };

  /** Time continues after a restart. @param deadlineOf converts a deadline in observed time to this run */
  resume(actors: Iterable<NodeActor>, deadlineOf: (actor: NodeActor, timeout: Millis) => Moment): void {
    for (const actor of actors) {
      const { state } = actor;
      if (state.phase === 'unknown' || !isDue(state)) continue;
      this.wheel.arm(actor, deadlineOf(actor, this.#timeoutOf(state, actor)));
    }
  }

  /** Moves deadlines after a blind interval, except those that had passed before it. */
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
