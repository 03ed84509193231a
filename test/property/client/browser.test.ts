import { expect } from 'chai';
import fc from 'fast-check';
import { createClient, type Client } from '../../../src/client/browser/client.js';
import type { User } from '../../../src/client/browser/types.js';
import { EFFORT } from '../../support/effort.js';
import { SimulatedBrowser } from '../../support/simulated-browser.js';

const USERS = ['ann', 'bob', 'cid', '7'];

const user = fc.constantFrom(...USERS);
const device = fc.constantFrom('phone', 'web');
const step = fc.oneof(
  fc.record({ do: fc.constantFrom('join' as const, 'leave' as const), user, device }),
  fc.record({ do: fc.constantFrom('end', 'cut', 'mend', 'down', 'up', 'sleep', 'restart') }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
);

/** What listeners know from what they were told. */
function mirrored(client: Client): {
  readonly told: Map<string, User>;
  readonly list: () => User[];
  stale: () => boolean;
} {
  const watch = client.watch(USERS);
  const told = new Map<string, User>();
  watch.on('join', (each) => {
    expect(told.has(each.id), 'joins once').to.equal(false);
    told.set(each.id, each);
  });
  watch.on('update', (each) => {
    expect(told.has(each.id), 'is updated while online').to.equal(true);
    told.set(each.id, each);
  });
  watch.on('leave', (each) => expect(told.delete(each.id), 'leaves once').to.equal(true));
  watch.on('sync', (list) => expect(list.map(({ id }) => id)).to.have.members([...told.keys()]));
  return { told, list: () => watch.list(), stale: () => watch.stale };
}

describe('the client of browsers, against a naive model', () => {
  it('shows who is online whenever it does not say that it may be wrong', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer(), async (steps, seed) => {
        const browser = new SimulatedBrowser(seed);
        const client = createClient(browser, { url: 'http://daemon', user: 7 });
        const { told, list, stale } = mirrored(client);
        const check = (): void => {
          expect(browser.reported).to.deep.equal([]);
          expect(list()).to.have.deep.members([...told.values()]);
          // A cut that nobody has noticed yet is noticed within 35 s, as another test shows.
          if (stale() || browser.isCut) return;
          const online = USERS.filter((id) => (browser.users.get(id)?.size ?? 0) > 0);
          expect([...told.keys()]).to.have.members(online);
        };
        for (const each of steps) {
          if ('ms' in each) await browser.clock.advance(each.ms);
          else if ('user' in each) browser[each.do](each.user, each.device);
          else act(browser, each.do);
          // A stream over HTTP is read by promises.
          await browser.clock.advance(0);
          check();
        }
        act(browser, 'mend');
        act(browser, 'up');
        await browser.clock.advance(100_000);
        expect(client.status).to.equal('online');
        expect(stale()).to.equal(false);
        check();
        const closed = client.close();
        await browser.clock.advance(6000);
        await closed;
      }),
      { numRuns: 60 * EFFORT },
    ));
});

function act(browser: SimulatedBrowser, what: string): void {
  if (what === 'end') browser.endAll(1006);
  else if (what === 'restart') browser.endAll(1012, '{"retry_after_ms":700}');
  else if (what === 'cut') browser.isCut = true;
  else if (what === 'down') browser.isDown = true;
  else if (what === 'up') browser.isDown = false;
  else if (what === 'sleep') {
    browser.clock.standStill(120_000);
    browser.happen('resume');
  } else if (browser.isCut) {
    // What was lost meanwhile does not come again, so the connection does not go on either.
    browser.isCut = false;
    browser.endAll(1006);
  }
}
