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
  #kept: AlertRecord[] = [];

  /** @param committed gets the records that the disk cannot take at present */
  constructor(open: OpenAlerts, deps: AlertWriterDeps, committed: (records: readonly AlertRecord[]) => void) {
    this.#open = open;
    this.#deps = deps;
    this.#committed = committed;
  }

  /** The records count from now on, and go to disk with the next `submit`. */
  keep(records: readonly AlertRecord[]): void {
    const now = this.#deps.clock.now();
    for (const record of records) {
      this.#open.put(record, now);
      this.#kept.push(record);
    }
  }

  /** Submits what was kept. */
  submit(): void {
    if (this.#kept.length === 0) return;
    const records = this.#kept;
    this.#kept = [];
    // Otherwise they are submitted when the disk takes writes again: each alert once, however many attempts there were.
    if (this.#deps.refusing()) this.#committed(records);
    else this.#deps.submit(records);
  }

  /** The disk takes writes again, and gets each unstored record as it is now. */
  flush(): void {
    const records = [...this.#open.unstored.all()];
    this.#kept = [];
    for (let at = 0; at < records.length; at += CHUNK) this.#deps.submit(records.slice(at, at + CHUNK));
  }
}
