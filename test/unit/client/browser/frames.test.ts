import { expect } from 'chai';
import fc from 'fast-check';
import { createClient } from '../../../../src/client/browser/client.js';
import { EFFORT } from '../../../support/effort.js';
import { SimulatedBrowser } from '../../../support/simulated-browser.js';

const TYPES = ['ok', 'error', 'expiring', 'state', 'event', 'user.online'];
const FIELDS = [
  'type',
  'ref',
  'code',
  'error',
  'users',
  'user',
  'event',
  'id',
  'status',
  'devices',
  'device',
  'meta',
];

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(...TYPES, '7', 7, 'online', null, Infinity, -1, '', '__proto__'),
    fc.jsonValue({ maxDepth: 2 }),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...FIELDS, '__proto__', 'constructor'), tie('any'), { maxKeys: 5 }),
  ),
})).any;

const data = fc.oneof(
  value.map((each) => JSON.stringify(each)),
  fc.string(),
  fc.constant(
    `{"type":"state","users":[{"id":7,"status":"online","devices":[{"device":"x","meta":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}]}]}`,
  ),
  fc.constantFrom<unknown>('', '[', '['.repeat(100_000), undefined, null, new Uint8Array(3)),
  fc.tuple(fc.constantFrom(...TYPES), value).map(([type, each]) =>
    JSON.stringify({
      type,
      ref: 1,
      users: each,
      user: each,
      event: { type: 'user.online', user: each },
      code: each,
    }),
  ),
);

describe('frames of the daemon, in a browser', () => {
  it('throw nothing out of the client, whatever they are, and it goes on', () =>
    fc.assert(
      fc.asyncProperty(fc.array(data, { maxLength: 20 }), async (frames) => {
        const browser = new SimulatedBrowser();
        const client = createClient(browser, { url: 'http://daemon', user: 7 });
        const watch = client.watch(['7', 'ann']);
        await browser.clock.advance(100);
        for (const frame of frames) browser.socket?.events.received(frame);
        browser.endAll(1012, String(frames[0]));
        await browser.clock.advance(3_700_000);
        expect(client.status).to.equal('online');
        browser.leave('ann', 'phone');
        browser.join('ann', 'phone');
        expect(watch.get('ann')).to.deep.equal({
          id: 'ann',
          status: 'online',
          devices: [{ device: 'phone', meta: null }],
        });
        expect(browser.reported).to.deep.equal([]);
        await Promise.all([client.close(), browser.clock.advance(6000)]);
      }),
      { numRuns: 30 * EFFORT },
    ));
});
