import { expect } from 'chai';

import { HealJournal } from '../../../src/cli/bench/check/heal-journal.js';

describe('the journal of heals', () => {
  it("gives back each user's heals in their order, over more than one block of memory", () => {
    const journal = new HealJournal(4);
    for (let at = 0; at < 150_000; at++) {
      journal.record(at % 3, { sentAt: at, answeredAt: at + 0.5, acknowledged: at % 2 === 0 });
    }
    const heals = journal.heals(1);
    expect(heals).to.have.length(50_000);
    expect(heals[0]).to.deep.equal({ sentAt: 1, answeredAt: 1.5, acknowledged: false });
    expect(heals.at(-1)).to.deep.equal({ sentAt: 149_998, answeredAt: 149_998.5, acknowledged: true });
    expect(heals.every(({ sentAt }, index) => sentAt === 1 + 3 * index)).to.equal(true);
    expect(journal.heals(3)).to.deep.equal([]);
  });
});
