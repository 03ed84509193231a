import type { AlertRecord, UnnotifiedOf } from '../../../src/domain/alert.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { UnnotifiedChannels } from '../rules/unnotified-channels.js';
import type { OpenAlerts } from './open-alerts.js';

/** Records that are submitted to history at once. */
const CHUNK = 1_000;

export interface AlertWriterDeps {
  readonly clock: Clock;
  /** Has history store the records. The result comes back as `committed`. */
  submit(records: readonly AlertRecord[], unnotified: readonly UnnotifiedOf[]): void;
  /** Whether the disk takes no writes at present. */
  refusing(): boolean;
}

/** Writes alerts to the disk through history. */
export class AlertWriter {
  readonly #open: OpenAlerts;
  readonly #unnotified: UnnotifiedChannels;
  readonly #deps: AlertWriterDeps;
  readonly #committed: (records: readonly AlertRecord[]) => void;
  #pending: AlertRecord[] = [];

  /** @param committed gets the records that the disk cannot take at present */
  constructor(
    open: OpenAlerts,
    unnotified: UnnotifiedChannels,
    deps: AlertWriterDeps,
    committed: (records: readonly AlertRecord[]) => void,
  ) {
    this.#open = open;
    this.#unnotified = unnotified;
    this.#deps = deps;
    this.#committed = committed;
  }

  /** The records count from now on, and go to disk with the next `submit`. */
  put(records: readonly AlertRecord[]): void {
    const now = this.#deps.clock.now();
    for (const record of records) {
      this.#open.put(record, now);
      this.#pending.push(record);
    }
  }

  /** Submits what was put, in one batch with changes of unnotified channels. */
  submit(): void {
    const records = this.#pending;
    this.#pending = [];
    // Otherwise they are submitted when the disk takes writes again: each alert once, however many attempts there were.
    if (!this.#deps.refusing() || isGroupWithMembers(records)) this.#submit(records);
    else if (records.length > 0) this.#committed(records);
  }

  #submit(records: readonly AlertRecord[]): void {
    const unnotified = this.#unnotified.takeChanges();
    if (records.length > 0 || unnotified.length > 0) this.#deps.submit(records, unnotified);
  }

  /** The disk takes writes again, and gets each unstored record as it is now. */
  flush(): void {
    const records = [...this.#open.unstored.all()];
    this.#pending = [];
    for (let at = 0; at < records.length; at += CHUNK) this.#submit(records.slice(at, at + CHUNK));
    this.#submit([]);
  }
}

/**
 * A group waits in history, in its place: a later flip of a node takes the folded alerts of the node along, and these
 * must not be on disk before the message that names them.
 */
function isGroupWithMembers(records: readonly AlertRecord[]): boolean {
  return (
    records.some(({ alert }) => alert.group !== undefined) &&
    records.some(({ deliveries }) => deliveries.some(({ state }) => state === 'folded'))
  );
}
