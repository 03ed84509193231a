import { expect } from 'chai';
import type { GatewayUnderTest, Start } from '../support/gateway-under-test.js';

const CALLS = [
  ['PUT', '/heal/5'],
  ['GET', '/checkup/5'],
  ['GET', '/heart_rhythm/5'],
  ['GET', '/users/5'],
  ['DELETE', '/users/5'],
  ['GET', '/healthz'],
] as const;

/** The request id, on the wire and in the log. */
export function requestIdContract(start: Start): void {
  let served: GatewayUnderTest;
  beforeEach(async () => {
    served = await start();
  });

  it('is given back as the client sent it', async () => {
    for (const [method, path] of CALLS) {
      const { headers } = await served.call(method, path, { headers: { 'x-request-id': 'a-Z_0/9:!~' } });
      expect(headers['x-request-id'], path).to.equal('a-Z_0/9:!~');
    }
  });

  it('is left out of a good answer to a client that sent none', async () => {
    for (const [method, path] of CALLS) {
      expect((await served.call(method, path)).headers, path).not.to.have.property('x-request-id');
    }
  });

  it('is replaced if the client sent an unfit one', async () => {
    for (const unfit of ['', 'a b', 'a"b', "a'b", 'x'.repeat(129), 'caf\u00e9']) {
      const { headers } = await served.call('PUT', '/heal/5', { headers: { 'x-request-id': unfit } });
      expect(headers['x-request-id'], unfit).to.match(/^[0-9a-f]{12}-[0-9a-z]+$/);
    }
  });

  it('is in the line about a refusal, and in its answer', async () => {
    const made = await served.call('PUT', '/heal/abc');
    const sent = await served.call('PUT', '/heal/abc', { headers: { 'x-request-id': 'mine' } });
    expect(sent.headers['x-request-id']).to.equal('mine');
    expect(served.logger.lines.map(({ level, fields }) => [level, fields['request_id']])).to.deep.equal([
      ['debug', made.headers['x-request-id']],
      ['debug', 'mine'],
    ]);
  });

  it('is not logged for a successful request: a heal leaves no line', async () => {
    for (const [method, path] of CALLS) await served.call(method, path);
    expect(served.logger.lines).to.be.empty;
  });
}
