import type { NodeRequest } from '../../actors/node/node.protocol.js';
import type { Ping } from '../../src/domain/ping.js';

type PingRequest = Extract<NodeRequest, { kind: 'ping' }>;

/** A ping, with nothing in its body. */
export function ping(said: Partial<Ping> = {}, more: { uuid?: string; creates?: boolean } = {}): PingRequest {
  const sent: Ping = { kind: 'success', method: 'POST', body: new Uint8Array(), bytes: 0, ...said };
  return { kind: 'ping', ping: sent, creates: false, ...more };
}
