import type { Alert, AlertId, AlertRecord } from '../../src/domain/alert.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { Alerting, FailureStatus, NodeChange } from '../../actors/notifier/notifier.protocol.js';

/** Raises an alert for each flip, and records all calls. */
export class RecordingAlerting implements Alerting {
  readonly raised: NodeChange[] = [];
  readonly statuses: { readonly node: NodeName; readonly status: FailureStatus | undefined }[] = [];
  readonly heard: AlertRecord[] = [];
  /** The ids of all raised alerts. */
  readonly ids: AlertId[] = [];
  #last = 0;

  raise(change: NodeChange): readonly AlertRecord[] {
    this.raised.push(change);
    const alert: Alert = {
      id: String(++this.#last) as AlertId,
      type: change.flip.to === 'failed' ? 'node.failed' : 'node.recovered',
      at: change.flip.at,
      node: change.node,
      blind: change.flip.blind,
      message: 'a flip',
    };
    this.ids.push(alert.id);
    return [{ alert, deliveries: [] }];
  }

  prepare(): readonly AlertRecord[] {
    return [];
  }

  settled(): void {
    // Nothing to prepare.
  }

  failureStatus(node: NodeName, status: FailureStatus | undefined): void {
    this.statuses.push({ node, status });
  }

  /** Called again for an alert that the disk had refused, once it is stored. */
  committed(records: readonly AlertRecord[]): void {
    this.heard.push(...records.filter((record) => !this.heard.includes(record)));
  }
}
