import { turnAt, type Rota, type RotaPerson } from '../../../domain/rota.js';
import type { Instant } from '../../../domain/time.js';
import { BaseNotifier, NotifyError, type AlertMessage, type Attempt } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';
import type { Logger } from '../../../ports/logger.js';
import type { PlanTools, Prepared } from '../kind.js';

/** Who of a rota is notified: the person on call, or the next one. */
export type Position = 1 | 2;

type PersonNotifier = ReturnType<PlanTools['person']>;

/**
 * Notifies the person who is on call when the first attempt begins. Later attempts go to the same person, also after a
 * hand-over or a kill. See decision 211.
 */
export class RotaNotifier extends BaseNotifier implements Prepared {
  readonly #rota: Rota;
  readonly #position: Position;
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #logger: Logger;
  /** By channel. They are this notifier's own: the channels of these names have others. */
  readonly #notifiers: ReadonlyMap<string, PersonNotifier>;

  constructor(
    rota: Rota,
    position: Position,
    { clock, logger, person }: Pick<PlanTools, 'clock' | 'logger' | 'person'>,
  ) {
    super();
    this.#rota = rota;
    this.#position = position;
    this.#clock = clock;
    this.#logger = logger;
    const channels = new Set(rota.people.map(({ channel }) => channel));
    this.#notifiers = new Map(Array.from(channels, (channel) => [channel, person(channel)]));
  }

  async prepare(): Promise<void> {
    for (const notifier of this.#notifiers.values()) await notifier.prepare?.();
  }

  override async notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const { begun, overrides, notifies, ...rest } = attempt;
    const person = this.#personAt(begun ?? this.#clock.wall(), overrides);
    const notifier = person && this.#notifiers.get(person.channel);
    if (person === undefined || notifier === undefined)
      throw new NotifyError('the rota has nobody for this position', { permanent: true });
    const { name: rota } = this.#rota;
    this.#logger.debug('alert goes to the person on call', {
      alert: alert.id,
      rota,
      person: person.name,
      attempt: attempt.attempt,
    });
    notifies?.(person.name);
    await notifier.notify(alert, rest);
  }

  #personAt(at: Instant, overrides: Attempt['overrides']): RotaPerson | undefined {
    const { on, second } = turnAt(this.#rota, at, overrides);
    return this.#position === 1 ? on : second;
  }

  override async close(): Promise<void> {
    await Promise.all(Array.from(this.#notifiers.values(), (notifier) => notifier.close()));
  }
}
