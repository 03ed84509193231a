import { AlertIds } from '../../src/domain/alert-id.js';
import type { Alert, AlertId, AlertRecord, Delivery, DeliveryState } from '../../src/domain/alert.js';
import { instant } from '../../src/domain/time.js';
import { nodeName } from './simulated-alerts.js';

/** The id of an alert of this instant; the letters stand for the run. */
export function alertId(at: number, run = 0): AlertId {
  return new AlertIds(() => run / 32).next(instant(at));
}

export function alertAt(at: number, more: Partial<Alert> = {}): Alert {
  return {
    id: alertId(at),
    type: 'node.failed',
    at: instant(at),
    node: {
      name: nodeName('node1'),
      state: 'failed',
      retries: 3,
      lastHeartbeat: instant(at - 120_000),
      timeout: 30_000,
      maxRetries: 3,
      labels: { env: 'prod' },
      channels: undefined,
    },
    blind: 0,
    message: "Node 'node1' has failed: no heartbeat for 2 min.",
    ...more,
  };
}

export function delivery(state: DeliveryState, more: Partial<Delivery> = {}): Delivery {
  return { channel: 'ops', state, attempts: 0, lastError: undefined, since: instant(1000), ...more };
}

/** An alert with one state per channel: `a`, `b` and so on. */
export function recordAt(at: number, ...states: readonly DeliveryState[]): AlertRecord {
  const deliveries = states.map((state, index) => delivery(state, { channel: 'abcdef'.charAt(index) }));
  return { alert: alertAt(at), deliveries };
}
