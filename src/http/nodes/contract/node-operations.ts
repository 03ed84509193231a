import type { GatewayLimits } from '../../options.js';
import type { Operations } from '../../contract/operation.js';
import { acknowledgingOperations } from './acknowledging.js';
import { flipOperations } from './flips.js';
import { heartbeatOperations } from './heartbeats.js';
import { listOperations } from './listing.js';
import { singleNodeOperations } from './single-node.js';
import { watchingOperations } from './watching.js';

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
