import type {
  AlertId,
  AlertRecord,
  CountedAlert,
  DeliveryState,
  LastHold,
  UnnotifiedOf,
} from '../domain/alert.js';
import type { RotaOverride } from '../domain/rota-override.js';
import type { Silence } from '../domain/silence.js';
import type { Instant } from '../domain/time.js';

/** Which alerts to read. */
export interface AlertRange {
  /** Only alerts that are in one of these states on some channel. */
  readonly states?: readonly DeliveryState[] | undefined;
  /** Only alerts raised before this one. */
  readonly before?: AlertId | undefined;
  /** Only this alert and later ones. */
  readonly from?: AlertId | undefined;
}

/** The outbox: reads the stored alerts. Only history writes them. Failures are rejections with a `HeartbeatError`. */
export interface Outbox {
  /** Alerts with an open delivery, in chunks, oldest first; found by an index. */
  openAlerts(): AsyncIterable<readonly AlertRecord[]>;

  /** Newest first, in chunks. What is not pulled is not read. */
  alerts(range: AlertRange): AsyncIterable<readonly AlertRecord[]>;

  /** This alert and later ones, in chunks, newest first, with the fields that a start needs of the last hour's. */
  counted(from: AlertId): AsyncIterable<readonly CountedAlert[]>;

  /**
   * Alerts of which somebody was, or may have been, notified late, at this instant or after it; found by an index. May
   * include some from the hour before. In chunks, unordered.
   */
  notifiedLate(since: Instant): AsyncIterable<readonly AlertRecord[]>;

  alert(id: AlertId): Promise<AlertRecord | undefined>;

  /** Channels that have not been notified of a failure, in chunks. */
  unnotified(): AsyncIterable<readonly UnnotifiedOf[]>;

  /** All stored silences, in chunks, oldest first. */
  silences(): AsyncIterable<readonly Silence[]>;

  /** All stored overrides of rotas, likewise. */
  overrides(): AsyncIterable<readonly RotaOverride[]>;

  /** When alerts were last held for a mass failure. */
  lastHold(): Promise<LastHold | undefined>;
}
