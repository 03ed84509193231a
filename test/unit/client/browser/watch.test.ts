import { expect } from 'chai';
import { createClient, type Client } from '../../../../src/client/browser/client.js';
import { createWatch, type Watch, type WatchedUser } from '../../../../src/client/browser/watch.js';
import { SimulatedBrowser } from '../../../support/simulated-browser.js';

describe('watching users in a browser', () => {
  let browser: SimulatedBrowser;
  let client: Client;
  let told: string[];

  beforeEach(async () => {
    browser = new SimulatedBrowser();
    client = createClient(browser, { url: 'http://daemon', user: 7 });
    told = [];
    await pass(200);
  });

  const pass = (milliseconds: number): Promise<void> => browser.clock.advance(milliseconds);

  function watching(...users: string[]): Watch {
    const watch = client.watch(users);
    for (const name of ['join', 'leave', 'update'] as const)
      watch.on(name, ({ id }) => told.push(`${name} ${id}`));
    watch.on('sync', (list) => told.push(`sync ${list.map(({ id }) => id).join()}`));
    return watch;
  }

  it('tells who is online, then what changes', async () => {
    browser.join('ann', 'phone', { away: true });
    const watch = watching('ann', 'bob');
    expect(watch.stale).to.equal(true);
    expect(watch.get('ann')).to.equal(undefined);
    await pass(10);
    expect(watch.stale).to.equal(false);
    expect(told.splice(0)).to.deep.equal(['join ann', 'sync ann']);
    const ann = {
      id: 'ann',
      status: 'online',
      devices: [{ device: 'phone', meta: { away: true } }],
    };
    expect(watch.list()).to.deep.equal([ann]);
    expect(watch.get('ann')).to.deep.equal(ann);
    expect(watch.get('bob')).to.deep.equal({ id: 'bob', status: 'offline', devices: [] });
    browser.join('bob', 'web');
    browser.join('ann', 'web');
    browser.leave('ann', 'phone');
    browser.leave('ann', 'web');
    expect(told).to.deep.equal(['join bob', 'update ann', 'update ann', 'leave ann']);
  });

  it('reports differences after a connection was lost, not everything anew', async () => {
    for (const user of ['ann', 'bob', 'cid']) browser.join(user, 'web');
    const watch = watching('ann', 'bob', 'cid', 'dan');
    await pass(10);
    told.length = 0;
    browser.endAll(1006);
    expect(watch.stale).to.equal(true);
    expect(watch.list()).to.have.length(3);
    browser.leave('bob', 'web');
    browser.join('cid', 'phone');
    browser.join('dan', 'web');
    await pass(2000);
    expect(told).to.deep.equal(['leave bob', 'update cid', 'join dan', 'sync ann,cid,dan']);
    expect(watch.stale).to.equal(false);
  });

  it('watches anew, over another connection, if the daemon watches nobody any more', async () => {
    const watch = watching('ann');
    await pass(10);
    browser.say(browser.socket!, { type: 'error', code: 'HEARTBEAT_NOT_READY', error: 'send watch again' });
    expect(watch.stale).to.equal(true);
    browser.join('ann', 'web');
    await pass(2000);
    expect(watch.stale).to.equal(false);
    expect(told).to.deep.equal(['sync ', 'join ann', 'sync ann']);
  });

  it('tells differences after a reset', async () => {
    browser.join('ann', 'web');
    watching('ann', 'bob');
    await pass(10);
    told.length = 0;
    const users = [browser.view('ann'), { ...browser.view('bob'), status: 'online' }];
    browser.say(browser.socket!, { type: 'state', reset: true, users });
    expect(told).to.deep.equal(['join bob']);
  });

  it('asks for a user once, however many watch them, and until the last one has closed', async () => {
    browser.join('ann', 'web');
    const first = watching('ann');
    await pass(10);
    told.length = 0;
    const second = watching('ann', 'bob');
    await pass(10);
    expect(told.splice(0)).to.deep.equal(['join ann', 'sync ann']);
    expect(browser.heard('watch').map(({ users }) => users)).to.deep.equal([['ann'], ['bob']]);
    first.close();
    await pass(10);
    expect(browser.heard('unwatch')).to.deep.equal([]);
    browser.leave('ann', 'web');
    expect(told).to.deep.equal(['leave ann']);
    second.close();
    await pass(10);
    expect(browser.heard('unwatch').map(({ users }) => users)).to.deep.equal([['ann', 'bob']]);
    expect(second.stale).to.equal(true);
  });

  it('sends many users in frames that the daemon accepts', async () => {
    const ids = Array.from({ length: 450 }, (_, index) => `${index}`.padEnd(255, 'x'));
    const watch = watching(...ids);
    await pass(100);
    const frames = browser.heard('watch');
    expect(frames.flatMap(({ users }) => users)).to.deep.equal(ids);
    for (const frame of frames) expect(JSON.stringify(frame).length).to.be.below(65_536);
    expect(watch.stale).to.equal(false);
  });

  it('looks at each user once for a list, however many there are', () => {
    const count = 10_000;
    const ids = Array.from({ length: count }, (_, index) => `user-${index}`);
    let compared = 0;
    const looked = new (class extends Array<string> {
      override includes(): never {
        throw new Error('a search of all users');
      }
    })(...ids);
    const known = new (class extends Map<string, WatchedUser> {
      override get(id: string): WatchedUser | undefined {
        compared++;
        return super.get(id);
      }
    })(ids.map((id) => [id, { user: { id, status: 'online', devices: [] }, isFresh: true }]));
    const { watch } = createWatch(browser, looked, known, () => undefined);
    expect(watch.list()).to.have.length(count);
    expect(compared).to.equal(count);
    for (const id of ids) expect(watch.get(id)?.id).to.equal(id);
    expect(compared).to.equal(2 * count);
  });

  it('keeps every digit of an id', async () => {
    const id = '9223372036854775807';
    const watch = watching(id);
    await pass(10);
    browser.socket!.events.received(
      `{"type":"event","event":{"type":"user.online","user":{"id":${id},"status":"online","devices":[]}}}`,
    );
    expect(watch.get(id)?.status).to.equal('online');
    expect(watch.get(BigInt(id))?.status).to.equal('online');
  });

  it('is read as a loop', async () => {
    const seen: string[] = [];
    const watch = client.watch(['ann']);
    const loop = (async () => {
      for await (const change of watch) {
        seen.push(change.type);
        if (change.type === 'leave') break;
      }
    })();
    await pass(10);
    browser.join('ann', 'web');
    browser.leave('ann', 'web');
    await loop;
    expect(seen).to.deep.equal(['sync', 'join', 'leave']);
    const waiting = watch[Symbol.asyncIterator]().next();
    watch.close();
    expect(await waiting).to.deep.equal({ value: undefined, done: true });
  });

  it('tells a loop that is not read all at once, instead of keeping every change', async () => {
    const watch = client.watch(['ann']);
    const loop = watch[Symbol.asyncIterator]();
    await pass(10);
    for (let count = 0; count < 600; count++) {
      browser.join('ann', 'web');
      browser.leave('ann', 'web');
    }
    browser.join('ann', 'web');
    const changes: string[] = [];
    watch.close();
    for await (const change of loop) changes.push(change.type);
    expect(changes.length).to.be.below(1000);
    expect(changes[0]).to.equal('sync');
    expect(changes.at(-1)).to.equal('join');
  });

  it('watches the others if some of them are refused', async () => {
    const codes: string[] = [];
    client.on('error', ({ code, status }) => codes.push(`${code} ${status}`));
    browser.forbidden.add('eve');
    const watch = watching('ann', 'eve');
    const ann = watching('ann');
    await pass(1000);
    expect([watch.stale, ann.stale]).to.deep.equal([true, false]);
    expect(codes).to.deep.equal(['HEARTBEAT_FORBIDDEN 403']);
    expect(watch.get('ann')?.status).to.equal('offline');
    expect(watch.get('eve')).to.equal(undefined);
  });

  it('stays stale for users whom it may not watch, and tells why', async () => {
    const codes: string[] = [];
    client.on('error', ({ code }) => codes.push(code));
    browser.refusals.set('watch', 'HEARTBEAT_FORBIDDEN');
    const watch = watching('ann');
    await pass(1000);
    expect(watch.stale).to.equal(true);
    expect(codes).to.deep.equal(['HEARTBEAT_FORBIDDEN']);
  });
});
