import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { scanLog } from '../../../../src/adapters/level/files/log-scan.js';
import { ended, user } from '../../../contract/history-store/reading.js';
import { withUnopenedStore } from '../../../support/level-data.js';
import { fileOf } from '../support/raw.js';

describe('a log', () => {
  const data = withUnopenedStore();

  it('of any length has its first records as they were, and its end is torn unless it ends with a record', async () => {
    await data.store.open();
    for (let batch = 0; batch < 6; batch++)
      await data.store.write(Array.from({ length: 3 }, (_, id) => ended(user(id), batch, batch + 1)));
    const log = await readFile(await fileOf(data.path, /\.log$/));
    const { records } = scanLog(log);
    expect(records).to.have.length.above(6);
    let whole = 0;
    for (let length = 0; length <= log.length; length++) {
      const cut = scanLog(log.subarray(0, length));
      expect(cut.records, `${length} bytes`).to.deep.equal(records.slice(0, cut.records.length));
      expect(cut.damage?.isInside ?? false, `${length} bytes`).to.equal(false);
      if (cut.damage === undefined) whole++;
      else expect(cut.damage.offset + cut.damage.bytes).to.equal(length);
    }
    // Before the first record, and behind each.
    expect(whole).to.equal(records.length + 1);
  });
});
