import type { AlertId, AlertRecord } from '../../../src/domain/alert.js';
import type { AlertIds } from '../../../src/domain/alert-id.js';
import type { Clock } from '../../../src/ports/clock.js';
import { fresh, moved, withDelivery } from './delivery.js';
import type { NotifierReply } from '../notifier.protocol.js';
import type { OpenAlerts } from './open-alerts.js';
import type { AlertWriter } from './alert-writer.js';
import { testSentence } from '../channel/message.js';

export interface RequestsDeps {
  readonly clock: Clock;
  readonly channels: ReadonlyMap<string, unknown>;
}

/** Requests of people: another attempt for a dead letter, and a test of a channel. */
export class Requests {
  readonly #open: OpenAlerts;
  readonly #kept: AlertWriter;
  readonly #ids: AlertIds;
  readonly #deps: RequestsDeps;

  constructor(open: OpenAlerts, kept: AlertWriter, ids: AlertIds, deps: RequestsDeps) {
    this.#open = open;
    this.#kept = kept;
    this.#ids = ids;
    this.#deps = deps;
  }

  /** The alert as it is in memory; a dead letter may be only on disk. */
  known(id: AlertId): AlertRecord | undefined {
    return this.#open.get(id) ?? this.#open.unstored.get(id);
  }

  /** @param stored as it was read; it may have changed since */
  redeliver(stored: AlertRecord | undefined, failsByTag = false): NotifierReply {
    if (stored === undefined) return { kind: 'refused', code: 'HEARTBEAT_NO_SUCH_ALERT' };
    const { id } = stored.alert;
    const { channels, clock } = this.#deps;
    const record = this.known(id) ?? stored;
    const dead = record.deliveries.filter(({ state, channel }) => state === 'dead' && channels.has(channel));
    if (dead.length === 0) return { kind: 'refused', code: 'HEARTBEAT_NOT_DEAD' };
    if (failsByTag) return { kind: 'refused', code: 'HEARTBEAT_PRECONDITION_FAILED' };
    const since = clock.wall();
    const revived = dead.reduce(
      (whole, delivery) => withDelivery(whole, { ...moved(delivery, 'pending'), since }),
      record,
    );
    this.#kept.keep([revived]);
    return { kind: 'accepted', id };
  }

  test(channel: string): NotifierReply {
    const { channels, clock } = this.#deps;
    if (!channels.has(channel)) return { kind: 'refused', code: 'HEARTBEAT_NO_SUCH_CHANNEL' };
    const wall = clock.wall();
    const id = this.#ids.next(wall);
    const message = testSentence(channel);
    const alert = { id, type: 'test', at: wall, node: undefined, blind: 0, message } as const;
    this.#kept.keep([{ alert, deliveries: [fresh(channel, wall)] }]);
    return { kind: 'accepted', id };
  }
}
