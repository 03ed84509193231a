import { expect } from 'chai';
import fc from 'fast-check';
import { instant } from '../../../src/domain/time.js';
import { sessionsInARow } from '../support/fake-daemon.js';
import { userId, type GatewayUnderTest, type Start } from '../support/gateway-under-test.js';
import { historyIn, type ShownSession } from './heart-rhythm.js';

/** Parts of a history: ranges, limits, cursors. */
export function pagesContract(start: Start): void {
  let served: GatewayUnderTest;
  let user = userId(1);
  beforeEach(async () => {
    served = await start();
    user = userId(1);
  });

  it('says how to go on only when a limit was given and more remains', async () => {
    served.daemon.addEnded(user, sessionsInARow(3));
    for (const [query, more] of [
      ['', false],
      ['?limit=2', true],
      ['?limit=3', false],
      ['?limit=4', false],
      ['?order=desc&limit=1', true],
    ] as const) {
      const { json } = await served.call('GET', `/heart_rhythm/1${query}`);
      if (more)
        expect(json, query)
          .to.have.property('next_cursor')
          .that.matches(/^[\w-]+$/);
      else expect(json, query).to.have.all.keys('id', 'history');
    }
  });

  it('pulls one chunk for a page out of a long history', async () => {
    served.daemon.addEnded(user, sessionsInARow(5_000));
    await served.call('GET', '/heart_rhythm/1?limit=99');
    expect(served.daemon.pulled).to.equal(served.daemon.chunkSize);
    expect(served.daemon.readingsEnded).to.equal(1);
  });

  it('refuses the cursor of the other order', async () => {
    served.daemon.addEnded(user, sessionsInARow(3));
    const { json } = await served.call('GET', '/heart_rhythm/1?limit=1&order=desc');
    const { next_cursor: cursor } = json as { next_cursor: string };
    for (const query of [`cursor=${cursor}`, `cursor=${cursor}&order=asc`, `cursor=${cursor}x&order=desc`]) {
      expect((await served.call('GET', `/heart_rhythm/1?${query}`)).status, query).to.equal(400);
    }
    const rest = await served.call('GET', `/heart_rhythm/1?cursor=${cursor}&order=desc`);
    expect(historyIn(rest.json)).to.have.length(2);
  });

  it('takes the sessions that overlap a range, its last second included', async () => {
    served.daemon.addEnded(user, [
      { onlineAt: instant(1_000), offlineAt: instant(1_999) },
      { onlineAt: instant(2_999), offlineAt: instant(3_000) },
      { onlineAt: instant(4_000), offlineAt: instant(9_000) },
    ]);
    for (const [query, begins] of [
      ['from=1', [1, 2, 4]],
      ['from=2', [2, 4]],
      ['from=3&to=3', [2]],
      ['from=4', [4]],
      ['to=2', [1, 2]],
      ['to=1', [1]],
      ['to=0', []],
      ['from=5&to=6', [4]],
      ['from=10', []],
    ] as const) {
      const { json } = await served.call('GET', `/heart_rhythm/1?${query}`);
      expect(
        historyIn(json).map((session) => session.online_at),
        query,
      ).to.deep.equal(begins);
    }
  });

  it('gives page by page what one reading gives, in both orders', async () => {
    let next = 1;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(30_000), fc.nat(30_000)), { maxLength: 40 }),
        fc.integer({ min: 1, max: 45 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom('asc', 'desc'),
        fc.option(fc.nat(600)),
        async (steps, limit, chunkSize, order, from) => {
          user = userId(++next);
          let at = 0;
          served.daemon.chunkSize = chunkSize;
          served.daemon.addEnded(
            user,
            steps.map(([pause, length]) => {
              const onlineAt = instant(at + pause + 1);
              at = onlineAt + length;
              return { onlineAt, offlineAt: instant(at) };
            }),
          );
          const range = from === null ? `order=${order}` : `order=${order}&from=${from}`;
          const whole = historyIn((await served.call('GET', `/heart_rhythm/${user}?${range}`)).json);
          expect(whole.every(({ online_at, offline_at }) => online_at <= offline_at)).to.be.true;
          expect(await turnPages(`/heart_rhythm/${user}?${range}&limit=${limit}`, limit)).to.deep.equal(
            whole,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  async function turnPages(path: string, limit: number): Promise<readonly ShownSession[]> {
    const history: ShownSession[] = [];
    let cursor: string | undefined;
    do {
      const { json } = await served.call('GET', cursor === undefined ? path : `${path}&cursor=${cursor}`);
      const page = historyIn(json);
      ({ next_cursor: cursor } = json as { next_cursor?: string });
      expect(page.length).to.equal(cursor === undefined ? page.length : limit);
      history.push(...page);
    } while (cursor !== undefined);
    return history;
  }
}
