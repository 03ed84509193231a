import { unixSeconds } from '../../src/domain/time.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Logger } from '../../src/ports/logger.js';
import type { Actor, Cell, Crash, Delivery } from '../../src/runtime/actor.js';
import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { ExitSignal, SupervisorPolicy } from './child-spec.js';
import { RestartBudget } from './restart-budget.js';

const MAILBOX = 1_000_000;

export interface SupervisedActorDeps {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a supervised actor does with its messages. It outlives a crash and keeps its state. */
export interface Behaviour<Message> {
  /** The actor's name below its place. */
  readonly name: string;
  /** If it throws, that is a crash: the actor restarts and handles the message once more. */
  handle(message: Message): void;
  /** Called after each handled message. */
  handled(message: Message): void;
  /** The message crashed its actor twice and is a dead letter. If somebody waits for a reply, answer here. */
  discard(message: Message, error: Error): void;
}

/**
 * Runs one actor of its own kind (history, the notifier, a channel) below a supervisor: spawns it at each start, hands
 * it what came while it was down, and restarts it after a crash. A message that crashes it twice becomes a dead letter
 * and is not held against it; any other crash counts, and past the restart intensity the supervisor is told.
 */
export class SupervisedActor<Message extends { readonly kind: string }> implements Actor<Message> {
  readonly #behaviour: Behaviour<Message>;
  readonly #deps: SupervisedActorDeps;
  readonly #budget: RestartBudget;
  #cell: Cell<Message> | undefined;
  #exitSignal: ExitSignal | undefined;
  /** Messages that came while there was no actor, and those that the last one had not handled. */
  #undelivered: Message[] = [];
  /** The message that is handled again after it crashed its actor. */
  #retried: Message | undefined;

  constructor(
    behaviour: Behaviour<Message>,
    restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>,
    deps: SupervisedActorDeps,
  ) {
    this.#behaviour = behaviour;
    this.#deps = deps;
    this.#budget = new RestartBudget(restarts);
  }

  /** Whether it has started and is not being stopped. */
  get isUp(): boolean {
    return this.#exitSignal !== undefined;
  }

  /** Messages in its mailbox. */
  get waiting(): number {
    return this.#cell?.waiting ?? 0;
  }

  /** Spawns the actor and gives it the messages that came while it was down. */
  start(exitSignal: ExitSignal, place: Place): void {
    this.#exitSignal = exitSignal;
    this.#budget.reset();
    this.#cell = this.#deps.system.spawn(place, this.#behaviour.name, this, { mailbox: MAILBOX });
    for (const message of this.#undelivered.splice(0)) this.#cell.tellUnbounded(message);
  }

  /** It is about to stop: its supervisor gets no more exit signals. */
  down(): void {
    this.#exitSignal = undefined;
  }

  /** Resolves when nothing runs. Unhandled messages are kept for the next start. */
  async stop(): Promise<void> {
    this.down();
    const cell = this.#cell;
    this.#cell = undefined;
    if (cell === undefined) return;
    await new Promise<void>((resolve) => {
      cell.stop((left) => {
        this.#undelivered = [...left, ...this.#undelivered];
        resolve();
      });
    });
  }

  /** For messages that must arrive: kept while the actor is down, and queued past the mailbox's bound. */
  tell(message: Message): void {
    if (this.#cell === undefined) this.#undelivered.push(message);
    else this.#cell.tellUnbounded(message);
  }

  /** For messages that may be refused. */
  offer(message: Message): Delivery | 'down' {
    return this.#cell?.tell(message) ?? 'down';
  }

  receive(message: Message): void {
    this.#behaviour.handle(message);
    if (this.#retried === message) {
      this.#retried = undefined;
      if (this.#budget.survived(this.#deps.clock.now()))
        this.#exitSignal?.crashed(new Error('restart intensity exceeded'));
    }
    this.#behaviour.handled(message);
  }

  crashed({ message, error }: Crash<Message>): void {
    const { clock, logger, system } = this.#deps;
    const verdict = this.#budget.crashed(this.#retried === message, error, unixSeconds(clock.wall()));
    const path = this.#cell?.path ?? this.#behaviour.name;
    logger.error('actor crashed', { path, message: message.kind, error, verdict });
    this.#retried = verdict === 'retry' ? message : undefined;
    if (verdict === 'dead_letter') {
      system.deadLetters.add(path, message, `it crashed its actor twice: ${error.message}`);
      this.#behaviour.discard(message, error);
    }
    this.#cell?.restart(this.#retried);
  }

  inspect(): ReturnType<RestartBudget['inspect']> {
    return this.#budget.inspect();
  }
}
