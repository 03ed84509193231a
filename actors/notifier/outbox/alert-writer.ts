import type { AlertRecord } from '../../../src/domain/alert.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { OpenAlerts } from './open-alerts.js';

/** Records that are submitted to history at once. */
const CHUNK = 1_000;

export interface AlertWriterDeps {
  readonly clock: Clock;
  /** Has history store the records. The result comes back as `committed`. */
  submit(records: readonly AlertRecord[]): void;
  /** Whether the disk takes no writes at present. */
  refusing(): boolean;
}

/** Writes alerts to the disk through history. */
export class AlertWriter {
  readonly #open: OpenAlerts;
  readonly #deps: AlertWriterDeps;
  readonly #committed: (records: readonly AlertRecord[]) => void;
  #pending: AlertRecord[] = [];

  /** @param committed gets the records that the disk cannot take at present */
  constructor(open: OpenAlerts, deps: AlertWriterDeps, committed: (records: readonly AlertRecord[]) => void) {
    this.#open = open;
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

  /** Submits what was put. */
  submit(): void {
    if (this.#pending.length === 0) return;
    const records = this.#pending;
    this.#pending = [];
    // Otherwise they are submitted when the disk takes writes again: each alert once, however many attempts there were.
    if (this.#deps.refusing()) this.#committed(records);
    else this.#deps.submit(records);
  }

  /** The disk takes writes again, and gets each unstored record as it is now. */
  flush(): void {
    const records = [...this.#open.allUnstored()];
    this.#pending = [];
    for (let at = 0; at < records.length; at += CHUNK) this.#deps.submit(records.slice(at, at + CHUNK));
  }
}
