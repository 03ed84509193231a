import type { AlertIds } from '../../../src/domain/alert-id.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import { assertNever } from '../../../src/domain/assert-never.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { Logger } from '../../../src/ports/logger.js';
import type { Outbox } from '../../../src/ports/outbox.js';
import { testSentence } from '../channel/message.js';
import type {
  NotifierCommand,
  NotifierReply,
  OverrideCommand,
  SilenceCommand,
} from '../notifier.protocol.js';
import type { AlertWriter } from './alert-writer.js';
import { fresh, moved, withDelivery } from './delivery.js';
import type { SilenceRequests } from '../silences/silence-requests.js';
import type { OverrideRequests } from '../overrides/override-requests.js';
import type { OpenAlerts } from './open-alerts.js';

type Redelivery = Extract<NotifierCommand, { kind: 'redeliver' }>;

/** A request of an operator. */
export type OperatorCommand = NotifierCommand | SilenceCommand | OverrideCommand;

/** A request, or the dead letter that was read for one. */
export type RequestMessage =
  | OperatorCommand
  | {
      readonly kind: 'found';
      readonly record: AlertRecord | undefined;
      readonly failsByTag: boolean;
      readonly answered: Redelivery['answered'];
    }
  | { readonly kind: 'not_found'; readonly error: unknown; readonly answered: Redelivery['answered'] };

export interface RequestsDeps {
  readonly open: OpenAlerts;
  readonly writer: AlertWriter;
  readonly ids: AlertIds;
  readonly outbox: Pick<Outbox, 'alert'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly channels: ReadonlyMap<string, unknown>;
  readonly silences: Pick<SilenceRequests, 'handle' | 'underWay'>;
  readonly overrides: Pick<OverrideRequests, 'handle' | 'underWay'>;
}

/** Requests of operators: another attempt for a dead letter, a test of a channel, silences, and overrides of rotas. */
export class Requests {
  readonly #deps: RequestsDeps;
  #reading = 0;

  constructor(deps: RequestsDeps) {
    this.#deps = deps;
  }

  /** Requests that wait for the disk. */
  get waiting(): number {
    const { silences, overrides } = this.#deps;
    return this.#reading + silences.underWay + overrides.underWay;
  }

  /** @param tell takes what is read from the disk, to be handled later */
  handle(message: RequestMessage, tell: (message: RequestMessage) => void): void {
    switch (message.kind) {
      case 'redeliver':
        return this.#find(message, tell);
      case 'found':
        return message.answered(this.#redeliver(message.record, message.failsByTag));
      case 'not_found':
        this.#deps.logger.error('alert could not be read', { error: message.error });
        return message.answered({ kind: 'refused', code: 'HEARTBEAT_STORE_FAILED' });
      case 'test':
        return message.answered(this.#test(message.channel));
      case 'silence':
      case 'expire':
        return this.#deps.silences.handle(message);
      case 'override':
      case 'end_override':
        return this.#deps.overrides.handle(message);
      default:
        return assertNever(message);
    }
  }

  /** A dead letter may be only on disk. */
  #find({ id, failsByTag = false, answered }: Redelivery, tell: (message: RequestMessage) => void): void {
    const { open, outbox } = this.#deps;
    const record = open.inMemory(id);
    if (record !== undefined) return answered(this.#redeliver(record, failsByTag));
    const answer = (next: RequestMessage): void => {
      this.#reading--;
      tell(next);
    };
    this.#reading++;
    outbox.alert(id).then(
      (stored) => answer({ kind: 'found', record: stored, failsByTag, answered }),
      (error: unknown) => answer({ kind: 'not_found', error, answered }),
    );
  }

  /** @param found as it was read; it may have changed since */
  #redeliver(found: AlertRecord | undefined, failsByTag: boolean): NotifierReply {
    if (found === undefined) return { kind: 'refused', code: 'HEARTBEAT_NO_SUCH_ALERT' };
    const { id } = found.alert;
    const { channels, clock, open, writer } = this.#deps;
    const record = open.inMemory(id) ?? found;
    const dead = record.deliveries.filter(({ state, channel }) => state === 'dead' && channels.has(channel));
    if (dead.length === 0) return { kind: 'refused', code: 'HEARTBEAT_NOT_DEAD' };
    if (failsByTag) return { kind: 'refused', code: 'HEARTBEAT_PRECONDITION_FAILED' };
    const since = clock.wall();
    const revived = dead.reduce(
      (whole, delivery) => withDelivery(whole, { ...moved(delivery, 'pending'), since }),
      record,
    );
    writer.put([revived]);
    return { kind: 'accepted', id };
  }

  #test(channel: string): NotifierReply {
    const { channels, clock, ids, writer } = this.#deps;
    if (!channels.has(channel)) return { kind: 'refused', code: 'HEARTBEAT_NO_SUCH_CHANNEL' };
    const wall = clock.wall();
    const id = ids.next(wall);
    const message = testSentence(channel);
    const alert = { id, type: 'test', at: wall, node: undefined, blind: 0, message } as const;
    writer.put([{ alert, deliveries: [fresh(channel, wall)] }]);
    return { kind: 'accepted', id };
  }
}
