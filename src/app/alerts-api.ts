import type { NotifierCommand } from '../../actors/notifier/notifier.protocol.js';
import type { AlertRecord } from '../domain/alert.js';
import type { AlertRange } from '../ports/outbox.js';

/** All that the HTTP API asks of the daemon about alerts. */
export interface AlertsDaemon {
  /** The names of the channels that are configured. */
  readonly channels: readonly string[];

  /**
   * Alerts as they are now, newest first, in chunks; nothing is read that was not pulled.
   *
   * @throws HeartbeatError when the store cannot be read
   */
  list(range: AlertRange): AsyncIterable<readonly AlertRecord[]>;

  /** Its `answered` is called once; a refusal is a reply too. */
  command(command: NotifierCommand): void;
}
