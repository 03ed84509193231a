import type { NodeQuota } from '../domain/access.js';

/** What the gateway counts; `GET /supervision` shows it too. */
export interface GatewayReport {
  readonly connections: number;
  readonly in_flight: number;
  /** Requests that wait for others of their own connection. */
  readonly pipelined: number;
  /** By status. */
  readonly responses: Readonly<Record<string, number>>;
  readonly refused: {
    readonly overloaded: number;
    readonly dropped_connections: number;
    readonly answer_timeouts: number;
    readonly malformed: number;
    readonly unauthorized: number;
    readonly rate_limited: number;
  };
}

/** What its metrics are made of. */
export interface GatewayFacts extends GatewayReport {
  /** Of the keys that are configured now. */
  readonly quotas?: readonly NodeQuota[];
}
