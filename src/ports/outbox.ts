import type { AlertId, AlertRecord, DeliveryState, LastHold } from '../domain/alert.js';
import type { Instant } from '../domain/time.js';

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

  /**
   * Those of which somebody was told, or may have been, at this instant or later and late; found by an index. Some that were told in the hour before it may be among them. In chunks, in no order.
   */
  toldLate(since: Instant): AsyncIterable<readonly AlertRecord[]>;

  alert(id: AlertId): Promise<AlertRecord | undefined>;

  /** When alerts were held last. */
  lastHold(): Promise<LastHold | undefined>;
}
