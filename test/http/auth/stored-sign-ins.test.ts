import { expect } from 'chai';
import { toMillis } from '../../../src/domain/time.js';
import type { AuthOptions } from '../../../src/http/security/credentials.js';
import { EventClient } from '../../support/event-client.js';
import { eventually } from '../../support/eventually.js';
import { collect } from '../../contract/history-store/reading.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { diskUnderTest } from '../../support/store-under-test.js';
import { ServedDaemon } from '../support/served-daemon.js';
import { SocketClient } from '../sockets/support/socket-client.js';
import { authOf, keyRule } from './support.js';
import { cookieIn, HTTPS, OWN_PAGE } from './sign-in-support.js';

const AUTH = authOf(keyRule('ops', { scopes: ['admin'] }), keyRule('viewer', { scopes: ['read'] }));
const LIFETIME = 3600;

describe('sign-ins of a daemon', () => {
  let disk: ReturnType<typeof diskUnderTest>;
  let served: ServedDaemon | undefined;
  let streams: EventClient[];

  beforeEach(() => {
    disk = diskUnderTest();
    streams = [];
  });

  afterEach(async () => {
    for (const stream of streams) stream.close();
    disk.mend();
    await served?.stop();
    served = undefined;
  });

  const clockOf = (): SimulatedClock => {
    const clock = new SimulatedClock();
    clock.waitsFor = () => disk.busy > 0;
    return clock;
  };
  const serve = async (auth: AuthOptions = AUTH, flags = {}): Promise<ServedDaemon> => {
    const app = new SimulatedApp({ flags, clock: clockOf(), store: disk.attach() });
    served = await new ServedDaemon(app, auth, {}, { public_url: HTTPS }).serve();
    return served;
  };
  const restart = async (auth?: AuthOptions): Promise<ServedDaemon> => {
    await served?.stop();
    return serve(auth);
  };
  const trySignIn = (key: string) => served!.call('POST', '/session', { key }, { origin: HTTPS });
  const signIn = async (key = 'ops'): Promise<string> => {
    const answer = await trySignIn(key);
    expect(answer.status, answer.text).to.equal(204);
    return cookieIn(answer);
  };
  const asPage = (cookie: string, method = 'GET', path = '/session') =>
    served!.call(method, path, undefined, { cookie, ...OWN_PAGE });
  const statusOf = async (cookie: string): Promise<number> => (await asPage(cookie)).status;
  const follow = async (headers: Record<string, string>): Promise<EventClient> => {
    const stream = new EventClient(served!.port, '/events', { headers });
    streams.push(stream);
    return stream.received(1);
  };
  const hasEnded = (stream: EventClient) =>
    eventually(() => expect(stream.isOver).to.equal(true), { every: 2 });

  it('survive a restart, and so does a sign-out', async () => {
    await serve();
    const [kept, out] = [await signIn(), await signIn('viewer')];
    expect((await asPage(out, 'DELETE')).status).to.equal(204);
    await restart();
    expect([await statusOf(kept), await statusOf(out)]).to.deep.equal([200, 401]);
    expect((await asPage(kept)).json).to.include({ key: 'ops' });
  });

  it('are stored by a hash, from which nobody can sign in', async () => {
    const { daemon } = await serve();
    const cookie = await signIn();
    const stored = await collect(daemon.storeOfNodes.signIns());
    expect(stored).to.have.length(1);
    const token = cookie.slice(cookie.indexOf('=') + 1);
    expect(JSON.stringify(stored)).to.not.include(token);
    const { hash } = stored[0]!;
    for (const wrong of [hash, Buffer.from(hash, 'hex').toString('base64url')])
      expect(await statusOf(`__Host-heartbeat=${wrong}`)).to.equal(401);
  });

  it('end at a restart without their key, for good', async () => {
    await serve();
    const cookie = await signIn('viewer');
    await restart(authOf(keyRule('ops', { scopes: ['admin'] })));
    expect(await statusOf(cookie)).to.equal(401);
    const { daemon } = await restart();
    expect(await statusOf(cookie)).to.equal(401);
    expect(await collect(daemon.storeOfNodes.signIns())).to.deep.equal([]);
  });

  it('are removed from the store when their time is over', async () => {
    const { daemon } = await serve();
    await signIn();
    await daemon.clock.advance(toMillis(LIFETIME / 2));
    await signIn('viewer');
    await daemon.clock.advance(toMillis(LIFETIME / 2));
    await daemon.clock.settle();
    const stored = await collect(daemon.storeOfNodes.signIns());
    expect(stored.map(({ who }) => who.name)).to.deep.equal(['viewer']);
  });

  it('are refused while the store refuses writes, and a sign-out is stored later', async () => {
    const { daemon } = await serve();
    const cookie = await signIn();
    disk.refuse('kept');
    expect((await trySignIn('ops')).status).to.equal(503);
    expect((await trySignIn('ops')).status).to.equal(503);
    expect((await asPage(cookie, 'DELETE')).status).to.equal(503);
    expect(await statusOf(cookie)).to.equal(401);
    disk.mend();
    await daemon.clock.advance(toMillis(60));
    await daemon.clock.settle();
    expect(await collect(daemon.storeOfNodes.signIns())).to.deep.equal([]);
    expect(await statusOf(await signIn())).to.equal(200);
  });

  it('have streams of events, which end with them', async () => {
    const { daemon } = await serve(AUTH, { '--limits-sign-ins': '2' });
    const [one, two] = [await signIn(), await signIn()];
    const [ofOne, ofTwo] = [
      await follow({ cookie: one, ...OWN_PAGE }),
      await follow({ cookie: two, origin: HTTPS }),
    ];
    const ofKey = await follow({ authorization: 'Bearer ops' });
    expect((await asPage(one, 'DELETE')).status).to.equal(204);
    await hasEnded(ofOne);
    expect([ofTwo.isOver, ofKey.isOver]).to.deep.equal([false, false]);
    await signIn();
    // The third gives place to nobody: two are allowed, and one was ended.
    expect(ofTwo.isOver).to.equal(false);
    await signIn();
    await hasEnded(ofTwo);
    const last = await signIn('viewer');
    const ofLast = await follow({ cookie: last, ...OWN_PAGE });
    await daemon.clock.advance(toMillis(LIFETIME + 1));
    await hasEnded(ofLast);
    expect(ofKey.isOver).to.equal(false);
  });

  it('open no socket: that needs a key in its first frame', async () => {
    const { url } = await serve();
    const cookie = await signIn();
    const socket = await new SocketClient(url, { headers: { cookie, ...OWN_PAGE } }).opened();
    expect(await socket.ask({ type: 'beat' })).to.include({ type: 'error', code: 'HEARTBEAT_UNAUTHORIZED' });
    socket.ws.close();
    const foreign = await new SocketClient(url, {
      headers: { cookie, origin: 'https://evil.example' },
    }).opened();
    expect(foreign.refused?.status).to.equal(403);
  });

  it('are known once the daemon has started, and its page is served before', async () => {
    await serve();
    const cookie = await signIn();
    await served?.stop();
    const app = new SimulatedApp({ clock: clockOf(), store: disk.attach() });
    const starting = new ServedDaemon(app, AUTH, {}, { public_url: HTTPS });
    served = starting;
    await starting.listen();
    expect(await statusOf(cookie)).to.equal(503);
    const page = await starting.plain('GET', '/', undefined, { cookie, ...OWN_PAGE });
    expect(page.status).to.be.oneOf([200, 404]);
    await app.app.start();
    expect(await statusOf(cookie)).to.equal(200);
  });
});
