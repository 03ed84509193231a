import type { AlertRecord } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Instant } from '../../../src/domain/time.js';
import type { NodeChange, NodeNews } from '../notifier.protocol.js';
import type { AlertingRules } from '../rules/alerting.js';
import type { Closing } from '../rules/closing.js';
import type { Circumstances } from '../rules/delivery-rules.js';
import type { OngoingFailures } from '../rules/ongoing-failures.js';
import type { Silencing } from '../rules/silencing.js';
import type { UnnotifiedChannels } from '../rules/unnotified-channels.js';
import type { AlertWriter } from './alert-writer.js';
import { moved } from './delivery.js';

export interface PreparedAlertsDeps {
  readonly writer: AlertWriter;
  readonly rules: AlertingRules;
  readonly closing: Closing;
  readonly ongoingFailures: OngoingFailures;
  readonly unnotified: UnnotifiedChannels;
  readonly silencing: Pick<Silencing, 'of'>;
}

interface Prepared {
  readonly records: readonly AlertRecord[];
  /** The pause of the node ends: its channels are right from then on. */
  readonly isResumed: boolean;
  /** The node has recovered since. */
  isOver: boolean;
}

/** Alerts of requests, until those are on disk or refused. */
export class PreparedAlerts {
  readonly #deps: PreparedAlertsDeps;
  readonly #ofNode = new Map<NodeName, Prepared>();

  constructor(deps: PreparedAlertsDeps) {
    this.#deps = deps;
  }

  /** @returns the records to store with the request */
  prepare(news: NodeNews, wall: Instant): readonly AlertRecord[] {
    const { closing, rules, unnotified } = this.#deps;
    const { name } = news.node;
    const record =
      news.kind === 'rerouted'
        ? closing.prepare(news.node, news.next, wall)
        : rules.prepare(news, unnotified.of(name), wall);
    const added = record === undefined ? [] : [record];
    const isResumed = news.kind === 'resumed';
    if (added.length === 0 && !isResumed) return [];
    const records = [...(this.#ofNode.get(name)?.records ?? []), ...added];
    this.#ofNode.set(name, { records, isResumed, isOver: false });
    return added;
  }

  /** A node flips before its request is on disk. */
  flipped({ node, flip }: NodeChange): void {
    const prepared = this.#ofNode.get(node.name);
    if (prepared !== undefined) prepared.isOver = flip.to === 'active';
  }

  /** The request is on disk, or was refused. @returns whether alerts of it count from now on */
  settled(node: NodeName, stored: boolean, circumstances: Circumstances): boolean {
    const prepared = this.#ofNode.get(node);
    this.#ofNode.delete(node);
    if (prepared === undefined || !stored) return false;
    if (prepared.isResumed) this.#deps.unnotified.forget(node);
    for (const record of prepared.records) this.#admit(record, node, prepared.isOver, circumstances);
    return true;
  }

  #admit(record: AlertRecord, node: NodeName, isOver: boolean, circumstances: Circumstances): void {
    const { ongoingFailures, rules, silencing, writer } = this.#deps;
    const { type, node: facts } = record.alert;
    if (type === 'channel.closed' && isOver) {
      // Its receivers have been notified of the recovery meanwhile.
      const deliveries = record.deliveries.map((delivery) => moved(delivery, 'cancelled'));
      writer.put([{ ...record, deliveries }]);
      return;
    }
    const cause = type === 'node.reported_failure' ? ongoingFailures.causeOf(node) : undefined;
    const silencedBy = facts && silencing.of(facts);
    const records = rules.admit(record, { ...circumstances, cause, silencedBy });
    writer.put(records);
    ongoingFailures.raised(records);
  }
}
