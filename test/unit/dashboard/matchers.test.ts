import { expect } from 'chai';
import fc from 'fast-check';
import { compiled, parseMatcher } from '../../../src/domain/matcher.js';
import { matchersOf } from '../../../web/daemon/matchers.js';

const name = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '.', '*', '|', '(', '[', 'a'),
    minLength: 1,
    maxLength: 12,
  }),
);

/** Whether the daemon takes the matchers, and which of the names they fit. */
function fitting(matchers: readonly string[], names: readonly string[]): readonly string[] {
  const parsed = matchers.map((text) => {
    const matcher = parseMatcher(text);
    if ('problem' in matcher) throw new Error(`${text}: ${matcher.problem}`);
    return matcher;
  });
  const fits = compiled(parsed);
  return names.filter((each) => fits({ name: each, labels: {} }));
}

describe('the matchers by which the dashboard silences nodes', () => {
  it('fit these nodes and no others, whatever their names are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 4 }), name, (names, other) => {
        const matchers = matchersOf(names);
        if (matchers === undefined) return;
        const all = [...new Set([...names, other])];
        expect(fitting(matchers, all)).to.deep.equal(names);
      }),
    );
  });

  it('are none where an expression of all names is longer than the daemon takes', () => {
    const names = Array.from({ length: 20 }, (_, at) => `a-node-with-a-long-name-${at}`);
    expect(matchersOf(names)).to.equal(undefined);
    expect(matchersOf([])).to.equal(undefined);
    expect(matchersOf(['x'.repeat(255)])).to.deep.equal([`name="${'x'.repeat(255)}"`]);
  });
});
