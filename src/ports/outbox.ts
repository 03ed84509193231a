import type { AlertId, AlertRecord, DeliveryState, LastHold } from '../domain/alert.js';

/** Which alerts to read. */
export interface AlertRange {
  /** Only alerts that are, for some channel, in one of these states. */
  readonly states?: readonly DeliveryState[] | undefined;
  /** Only alerts that were raised before this one. */
  readonly before?: AlertId | undefined;
  /** Only this one and later ones. */
  readonly from?: AlertId | undefined;
}

/** Reads the alerts that are stored. Only history writes them. Failures are rejections with a `HeartbeatError`. */
export interface Outbox {
  /** Those about which something is still to be done, in chunks, oldest first; found by an index. */
  openAlerts(): AsyncIterable<readonly AlertRecord[]>;

  /** Newest first, in chunks; what is not pulled is not read. */
  alerts(range: AlertRange): AsyncIterable<readonly AlertRecord[]>;

  alert(id: AlertId): Promise<AlertRecord | undefined>;

  /** When alerts were held last. */
  lastHold(): Promise<LastHold | undefined>;
}
