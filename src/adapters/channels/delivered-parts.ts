/** Alerts of which parts are remembered: those that are given up must be forgotten in the end, too. */
const REMEMBERED = 100;

/** Of alerts that go out in parts: which were taken, so that the next attempt tells nobody twice. */
export class DeliveredParts {
  readonly #parts = new Map<string, ReadonlySet<string>>();

  of(alert: string): ReadonlySet<string> {
    return this.#parts.get(alert) ?? new Set();
  }

  add(alert: string, parts: readonly string[]): void {
    const all = new Set([...this.of(alert), ...parts]);
    this.#parts.delete(alert);
    if (all.size > 0) this.#parts.set(alert, all);
    const [oldest] = this.#parts.keys();
    if (this.#parts.size > REMEMBERED && oldest !== undefined) this.#parts.delete(oldest);
  }

  /** All of it was taken. */
  forget(alert: string): void {
    this.#parts.delete(alert);
  }
}
