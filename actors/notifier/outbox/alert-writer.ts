import type { AlertRecord } from '../../../src/domain/alert.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { OpenAlerts } from './open-alerts.js';

/** Records that are handed to history at once. */
const CHUNK = 1_000;

export interface AlertWriterDeps {
  readonly clock: Clock;
  /** Has history store them. What becomes of them comes back as `committed`. */
  submit(records: readonly AlertRecord[]): void;
  /** Whether the disk takes no writes just now. */
  refusing(): boolean;
}

/** The way of alerts to the disk. */
export class AlertWriter {
  readonly #open: OpenAlerts;
  readonly #deps: AlertWriterDeps;
  readonly #committed: (records: readonly AlertRecord[]) => void;
  #kept: AlertRecord[] = [];

  /** @param committed told of what the disk cannot have just now */
  constructor(open: OpenAlerts, deps: AlertWriterDeps, committed: (records: readonly AlertRecord[]) => void) {
    this.#open = open;
    this.#deps = deps;
    this.#committed = committed;
  }

  /** They count as they are from here on, and go to disk with the next `submit`. */
  keep(records: readonly AlertRecord[]): void {
    const now = this.#deps.clock.now();
    for (const record of records) {
      this.#open.put(record, now);
      this.#kept.push(record);
    }
  }

  /** Hands over what was kept. */
  submit(): void {
    if (this.#kept.length === 0) return;
    const records = this.#kept;
    this.#kept = [];
    // Otherwise they are handed over when the disk takes writes again: each alert once, however often it was tried.
    if (this.#deps.refusing()) this.#committed(records);
    else this.#deps.submit(records);
  }

  /** The disk takes writes again, and gets what it has not got yet, each as it is now. */
  flush(): void {
    const records = [...this.#open.unstored.all()];
    this.#kept = [];
    for (let at = 0; at < records.length; at += CHUNK) this.#deps.submit(records.slice(at, at + CHUNK));
  }
}
