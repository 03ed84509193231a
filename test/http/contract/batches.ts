import { bodyProblem } from '../../../src/views/messages.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { parseUserId } from '../../../src/domain/user-id.js';
import { userId, type Start } from '../support/gateway-under-test.js';

const INVALID = 'invalid user_id format';

/** `POST /heal` and `POST /checkup`. */
export function batchContract(start: Start): void {
  it('heals everyone in a JSON array of numbers and strings, with every digit', async () => {
    const gateway = await start();
    const answer = await gateway.call('POST', '/heal', { body: '[9007199254740993, "-5", 007, "+8"]' });
    expect(answer.status).to.equal(200);
    expect(answer.text).to.equal('{"accepted":4,"rejected":[]}');
    expect(gateway.daemon.asked.map(({ user }) => user)).to.deep.equal(['9007199254740993', '-5', '7', '8']);
  });

  it('heals everyone in a body of one id per line', async () => {
    const gateway = await start();
    const answer = await gateway.call('POST', '/heal', { body: '1\n"2"\r\n\n  3  ' });
    expect(answer.json).to.deep.equal({ accepted: 3, rejected: [] });
  });

  it('heals everyone behind a byte order mark', async () => {
    const gateway = await start();
    for (const body of ['\ufeff[1,2]', '\ufeff1\n2'])
      expect((await gateway.call('POST', '/heal', { body })).json).to.deep.equal({
        accepted: 2,
        rejected: [],
      });
  });

  it('rejects invalid ids by their index, and handles the others', async () => {
    const gateway = await start();
    const body = '[1, "x", 2, null, {"a":[1,"]}"]}, 1.5, [3], 9223372036854775808, "\\u0033"]';
    const answer = await gateway.call('POST', '/heal', { body });
    expect(answer.json).to.deep.equal({
      accepted: 3,
      rejected: [1, 3, 4, 5, 6, 7].map((index) => ({
        index,
        error: index === 4 || index === 6 ? bodyProblem.entry : INVALID,
      })),
    });
    expect(gateway.daemon.asked.map(({ user }) => user)).to.deep.equal(['1', '2', '3']);
  });

  it('accepts an empty array', async () => {
    const gateway = await start();
    expect((await gateway.call('POST', '/heal', { body: ' [ ] ' })).json).to.deep.equal({
      accepted: 0,
      rejected: [],
    });
    expect((await gateway.call('POST', '/checkup', { body: '[]' })).json).to.deep.equal({ results: [] });
  });

  for (const body of ['', '{"ids":[1]}', '[1,', '[1,]', '[,1]', '[1 2]', '[1]x', '["1', '[[1]']) {
    it(`refuses ${JSON.stringify(body)}, which is neither form`, async () => {
      const gateway = await start();
      const answer = await gateway.call('POST', '/heal', { body });
      expect(answer.status).to.equal(400);
      expect(answer.json).to.include({ code: 'HEARTBEAT_INVALID_BATCH' });
    });
  }

  it('answers checkups in the order asked, and says which ids are none', async () => {
    const gateway = await start();
    await gateway.call('PUT', '/heal/9007199254740993');
    const answer = await gateway.call('POST', '/checkup', { body: '[2,"9007199254740993",true,2]' });
    expect(answer.text).to.equal(
      '{"results":[{"id":2,"status":"offline"},{"id":9007199254740993,"status":"online"},{"id":2,"status":"offline"}],' +
        `"rejected":[{"index":2,"error":"${INVALID}"}]}`,
    );
  });

  it('refuses more ids than configured with 413', async () => {
    const gateway = await start({ limits: { batch: 3 } });
    expect((await gateway.call('POST', '/heal', { body: '[1,2,3]' })).status).to.equal(200);
    const answer = await gateway.call('POST', '/heal', { body: '[1,2,3,4]' });
    expect(answer.status).to.equal(413);
    expect(answer.json).to.include({ code: 'HEARTBEAT_BODY_TOO_LARGE' });
  });

  it('refuses a body that is too large, also without a length', async () => {
    const gateway = await start({ limits: { body: 64, batch: 1000 } });
    async function* flood(): AsyncGenerator<Buffer> {
      for (let i = 0; i < 20; i++) yield Buffer.from('1234567890\n');
    }
    expect((await gateway.call('POST', '/heal', { body: '1\n'.repeat(60) })).status).to.equal(413);
    expect((await gateway.call('POST', '/heal', { body: flood() })).status).to.equal(413);
  });

  it('refuses the whole when nothing of it could be done, so that it may be sent again', async () => {
    const gateway = await start();
    gateway.daemon.refuseWith('HEARTBEAT_STORE_REFUSES');
    const answer = await gateway.call('POST', '/heal', { body: '[1,2]' });
    expect(answer.status).to.equal(503);
    expect(answer.headers['retry-after']).to.equal('1');
  });

  it('is refused while the daemon is not ready', async () => {
    const gateway = await start();
    gateway.daemon.serving = false;
    expect((await gateway.call('POST', '/heal', { body: '[1]' })).status).to.equal(503);
  });

  it('takes any values in either form, cut into any pieces, as parseUserId says', async () => {
    const gateway = await start();
    const value = fc.oneof(
      fc.bigInt(-(2n ** 64n), 2n ** 64n).map(String),
      fc.stringMatching(/^[+\-0-9a-z]{1,20}$/),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        fc.nat(40),
        async (values, lines, cut) => {
          const body = lines ? values.join('\n') : JSON.stringify(values);
          async function* pieces(): AsyncGenerator<Buffer> {
            yield Buffer.from(body.slice(0, cut));
            yield Buffer.from(body.slice(cut));
          }
          const asked = gateway.daemon.asked.length;
          const answer = await gateway.call('POST', '/heal', { body: pieces() });
          const users = values.map((each) => parseUserId(each));
          expect(answer.json).to.deep.equal({
            accepted: users.filter((user) => user !== undefined).length,
            rejected: users.flatMap((user, index) => (user === undefined ? [{ index, error: INVALID }] : [])),
          });
          const good = users.filter((user) => user !== undefined);
          expect(gateway.daemon.asked.slice(asked).map(({ user }) => user)).to.deep.equal(good);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('counts a user twice that is in a batch twice', async () => {
    const gateway = await start();
    const answer = await gateway.call('POST', '/heal', { body: '[1,1]' });
    expect(answer.json).to.deep.equal({ accepted: 2, rejected: [] });
    expect(gateway.daemon.asked).to.deep.equal([
      { kind: 'heal', user: userId(1) },
      { kind: 'heal', user: userId(1) },
    ]);
  });
}
