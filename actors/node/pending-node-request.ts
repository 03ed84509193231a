import { PendingRequest } from '../shards/pending-request.js';
import type { NodeEntity } from './decision.js';

/** A request to a node, with the way back for its reply. */
export class PendingNodeRequest extends PendingRequest<NodeEntity> {
  /** Whether it has registered the node, and is handled now that the node is known. */
  hasRegistered = false;

  override get isReading(): boolean {
    return this.kind === 'describe';
  }

  /** Only heartbeats can be equal: every other request counts each time. */
  override equals(other: object): other is PendingNodeRequest {
    if (!(other instanceof PendingNodeRequest)) return false;
    if (this.kind !== 'heartbeat' || other.kind !== 'heartbeat') return false;
    const { arrivedAt, readAt, quota } = this.request;
    return arrivedAt === other.arrivedAt && readAt === other.readAt && quota === other.request.quota;
  }
}
