/** The most alerts to remember, because those that are given up must be forgotten too. */
const REMEMBERED = 100;

/** For alerts sent in parts: the parts that were accepted, so that the next attempt does not repeat them. */
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

  /** Every part was accepted. */
  forget(alert: string): void {
    this.#parts.delete(alert);
  }
}
