/** What should never happen: the first ones in words, and how many of each kind. */
export class Problems {
  readonly #counts = new Map<string, number>();
  readonly #first: string[] = [];
  readonly #say: (text: string) => void;

  /** @param say gets each one that is kept */
  constructor(say: (text: string) => void = () => undefined) {
    this.#say = say;
  }

  /** @param kind such as `a steady user was offline` */
  add(kind: string, detail: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count > KEPT_OF_A_KIND) return;
    const text = `${kind}: ${detail}`;
    this.#first.push(text);
    this.#say(text);
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  get first(): readonly string[] {
    return this.#first;
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

const KEPT_OF_A_KIND = 5;
