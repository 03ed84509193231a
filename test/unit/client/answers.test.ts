import { expect } from 'chai';
import fc from 'fast-check';

import { parseJson, readCheckup } from '../../../src/client/answers.js';

describe('ids in JSON', () => {
  it('keep all digits of any 64-bit integer', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.constantFrom('', ' ', '\n'),
        (id, gap) => {
          const body = `{"id"${gap}:${gap}${String(id)}${gap},"status":"online"}`;
          expect(readCheckup(body)).to.deep.equal({ id: String(id), status: 'online' });
        },
      ),
    );
  });

  it('are not looked for inside of strings', () => {
    const text = JSON.stringify({ error: 'the body was {"id":123}', other: 5 });
    expect(parseJson(text)).to.deep.equal({ error: 'the body was {"id":123}', other: 5 });
  });

  it('ignore text that is not JSON', () => {
    expect(parseJson('{"id":')).to.equal(undefined);
  });
});
