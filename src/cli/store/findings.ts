import type { Finding } from '../../adapters/history/verification.js';
import { printable } from '../output/printable.js';

/** The most findings in a JSON document. A damaged store may have as many of them as records. */
const MOST = 100_000;

/** What is wrong with a store, by one reading of it: each is shown and counted, and the first ones are kept. */
export class Findings {
  readonly #show: (line: string) => void;
  readonly #kept: Finding[] = [];
  #torn = 0;
  #damaged = 0;

  /** @param show is given a line for each, for people */
  constructor(show: (line: string) => void) {
    this.#show = show;
  }

  readonly add = (finding: Finding): void => {
    if (finding.kind === 'torn') this.#torn++;
    else this.#damaged++;
    if (this.#kept.length < MOST) this.#kept.push(finding);
    this.#show(printable(`${lineOf(finding)}\n`));
  };

  /** How many ends of logs are torn. */
  get torn(): number {
    return this.#torn;
  }

  /** How many other things are wrong. */
  get damaged(): number {
    return this.#damaged;
  }

  get count(): number {
    return this.#torn + this.#damaged;
  }

  /** For a JSON document: how many there are, and the first 100,000. */
  get document(): { readonly torn: number; readonly damaged: number; readonly findings: readonly Finding[] } {
    return { torn: this.#torn, damaged: this.#damaged, findings: this.#kept };
  }
}

function lineOf({ kind, what, key, problem }: Finding): string {
  const at = key === undefined ? '' : ` (key \\x${key})`;
  return `${kind.padEnd('missing'.length)}  ${what}${at}: ${problem}`;
}
