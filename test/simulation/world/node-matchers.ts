import type { Random } from '../machine/random.js';

/** Matchers with the names that they fit, decided without the daemon. */
export interface FittingNames {
  readonly matchers: readonly string[];
  readonly nodes: ReadonlySet<string>;
}

/** Chooses which of the nodes a silence is for. They are numbered from 1. */
export function someNodes(count: number, random: Random): FittingNames {
  const number = random.int(1, count);
  const name = `node-${String(number)}`;
  const what = random.next();
  if (what < 0.4) return { matchers: [`name=${name}`], nodes: named(count, (each) => each === number) };
  if (what < 0.6) return { matchers: [`name!=${name}`], nodes: named(count, (each) => each !== number) };
  if (what < 0.8)
    return { matchers: ['name=~"node-[1-3]"', 'env=""'], nodes: named(count, (each) => each <= 3) };
  if (what < 0.9)
    return { matchers: ['name!~"node-.*[02468]"'], nodes: named(count, (each) => each % 2 === 1) };
  return { matchers: ['name=~"node-.*"'], nodes: named(count, () => true) };
}

function named(count: number, fits: (number: number) => boolean): ReadonlySet<string> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return new Set(numbers.filter(fits).map((number) => `node-${String(number)}`));
}
