import type { GatewayLimits } from '../../options.js';
import type { Operations } from '../operation.js';
import { acknowledgingOperations } from './nodes/acknowledging.js';
import { flipOperations } from './nodes/flips.js';
import { heartbeatOperations } from './nodes/heartbeats.js';
import { listOperations } from './nodes/listing.js';
import { singleNodeOperations } from './nodes/node.js';
import { watchingOperations } from './nodes/watching.js';

/** All calls about nodes. */
export function nodeOperations(limits: Pick<GatewayLimits, 'batch' | 'page'>): Operations {
  return {
    ...heartbeatOperations(limits),
    ...listOperations(limits),
    ...singleNodeOperations,
    ...watchingOperations,
    ...acknowledgingOperations,
    ...flipOperations(limits),
  };
}
