import { assertNever } from '../../src/domain/assert-never.js';
import { moment, unixSeconds, type Millis, type Moment } from '../../src/domain/time.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Logger } from '../../src/ports/logger.js';
import type { ActorSystem } from '../../src/runtime/actor-system.js';
import type { Crash } from '../../src/runtime/actor.js';
import type { SupervisorPolicy } from '../supervisor/child-spec.js';
import { RestartBudget, type Verdict } from '../supervisor/restart-budget.js';
import type { NodeActor, NodeActorMessage } from './node.actor.js';

/** A timer that crashed its actor twice is retried after this time. */
const EXPIRE_AGAIN: Millis = 1000;

const FAILED = 'HEARTBEAT_INTERNAL';

export interface CrashesDeps {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Decides about messages that crash the actors of one shard. */
export class Crashes {
  readonly #deps: CrashesDeps;
  readonly #budget: RestartBudget;
  /** Actors whose timer crashed them twice, and when to retry it. */
  readonly #expireAgain = new Map<NodeActor, Moment>();

  constructor(restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>, deps: CrashesDeps) {
    this.#deps = deps;
    this.#budget = new RestartBudget(restarts);
  }

  /** The message is handled again, unless it has crashed its actor twice. @param horizon how far time has come */
  crashed(actor: NodeActor, { message, error }: Crash<NodeActorMessage>, horizon: Moment): Verdict {
    const { clock, logger } = this.#deps;
    const verdict = this.#budget.crashed(actor.retried === message, error, unixSeconds(clock.wall()));
    logger.error('actor crashed', { path: actor.cell?.path, message: message.kind, error, verdict });
    actor.retried = verdict === 'retry' ? message : undefined;
    if (verdict === 'dead_letter') this.#giveUp(actor, message, error, horizon);
    return verdict;
  }

  #giveUp(actor: NodeActor, message: NodeActorMessage, error: Error, horizon: Moment): void {
    const path = actor.cell?.path ?? actor.name;
    this.#deps.system.deadLetters.add(path, message, `it crashed its actor twice: ${error.message}`);
    switch (message.kind) {
      case 'expire':
        this.#expireAgain.set(actor, moment(horizon + EXPIRE_AGAIN));
        break;
      case 'settled':
        actor.settleAnyhow(message, FAILED);
        break;
      case 'standing_settled':
        actor.releaseStanding(message.number);
        break;
      case 'asked':
        message.answer({ kind: 'refused', code: FAILED });
        break;
      default:
        assertNever(message);
    }
  }

  /** Actors whose timers are due to be retried. */
  *expiringAgain(horizon: Moment): Generator<NodeActor> {
    for (const [actor, at] of this.#expireAgain) {
      if (at > horizon) continue;
      this.#expireAgain.delete(actor);
      yield actor;
    }
  }

  /** A message that had crashed its actor was handled after all. @returns whether that was one restart too many */
  survived(): boolean {
    return this.#budget.survived(this.#deps.clock.now());
  }

  /** Starts a new period. */
  reset(): void {
    this.#budget.reset();
  }

  inspect(): object {
    return this.#budget.inspect();
  }
}
