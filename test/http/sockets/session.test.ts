import { expect } from 'chai';
import { Access } from '../../../src/domain/access.js';
import { Denied } from '../../../src/http/security/credentials.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { userId } from '../support/gateway-under-test.js';
import { FakeHost, SessionUnderTest } from './support/session-under-test.js';

const THIRD = 7000 / 3;
const SECOND = 1000;
const HEAL = { type: 'heal', devices: [{ id: 7, device: 'phone' }] };

describe('a session of a socket', () => {
  let clock: SimulatedClock;
  let daemon: FakeDaemon;
  let host: FakeHost;

  beforeEach(() => {
    clock = new SimulatedClock();
    daemon = new FakeDaemon();
    host = new FakeHost(clock, daemon);
  });

  const open = (): SessionUnderTest => new SessionUnderTest(host);
  const heals = (): number => daemon.asked.filter(({ kind }) => kind === 'heal').length;
  /** Lets answers arrive. */
  const settle = (): Promise<void> => clock.settle();

  describe('with keys', () => {
    it('is closed with 4401 if no auth comes within 5 s', async () => {
      host.needsAuth = true;
      const socket = open();
      await clock.advance(4.9 * SECOND);
      expect(socket.closed).to.equal(undefined);
      await clock.advance(0.2 * SECOND);
      expect(socket.closed?.code).to.equal(4401);
      expect(socket.heard()).to.deep.equal([
        { type: 'error', code: 'HEARTBEAT_UNAUTHORIZED', error: 'no auth frame came within 5 s' },
      ]);
    });

    it('does not count a standstill of the daemon as time that the client took', async () => {
      host.needsAuth = true;
      const socket = open();
      clock.standStill(60 * SECOND);
      await clock.advance(100);
      expect(socket.closed).to.equal(undefined);
    });

    it('takes no other frame before auth', () => {
      host.needsAuth = true;
      const socket = open().says({ ...HEAL, ref: 1 });
      expect(socket.heard()).to.deep.equal([
        { type: 'error', ref: 1, code: 'HEARTBEAT_UNAUTHORIZED', error: 'the first frame must be auth' },
      ]);
      expect(socket.closed?.code).to.equal(4401);
      expect(daemon.asked).to.deep.equal([]);
    });

    it('refuses an unknown token with an error, then 4401', () => {
      host.needsAuth = true;
      const socket = open().says({ type: 'auth', token: 'wrong', ref: 'a' });
      expect(socket.heard()).to.deep.equal([
        { type: 'error', ref: 'a', code: 'HEARTBEAT_UNAUTHORIZED', error: 'the key is unknown' },
      ]);
      expect(socket.closed).to.deep.equal({ code: 4401, reason: 'the key is unknown' });
    });

    it('takes what came while a token was verified afterwards, in its order, and holds time back meanwhile', async () => {
      host.needsAuth = true;
      let verified: (credential: Denied) => void = () => undefined;
      host.credentials.set('slow', new Promise((resolve) => (verified = resolve)));
      host.allow('good');
      const good = host.credentials.get('good');
      const socket = open()
        .says({ type: 'auth', token: 'slow', ref: 1 })
        .says({ ...HEAL, ref: 2 });
      await settle();
      expect([socket.heard(), daemon.asked, host.deferred]).to.deep.equal([[], [], 1]);
      verified(good as never);
      await settle();
      expect(socket.heard()).to.deep.equal([
        { type: 'ok', ref: 1 },
        { type: 'ok', ref: 2 },
      ]);
      expect(host.deferred).to.equal(0);
    });

    it('reads no more than a frame while a token is verified, and then goes on', async () => {
      host.limits.socket_frame = 1000;
      let verified: (credential: Denied) => void = () => undefined;
      host.credentials.set('slow', new Promise((resolve) => (verified = resolve)));
      host.allow('good');
      const socket = open().says({ type: 'auth', token: 'slow' });
      const frame = { type: 'heal', devices: [{ id: 7, meta: { long: 'x'.repeat(600) } }] };
      socket.says({ ...frame, ref: 1 });
      expect(socket.isPaused).to.equal(false);
      socket.says({ ...frame, ref: 2 });
      expect(socket.isPaused).to.equal(true);
      verified(host.credentials.get('good') as never);
      await settle();
      expect([socket.isPaused, socket.heard()]).to.deep.equal([
        false,
        [
          { type: 'ok', ref: 1 },
          { type: 'ok', ref: 2 },
        ],
      ]);
    });

    it('takes nothing that came behind a token that is refused', async () => {
      host.needsAuth = true;
      host.credentials.set('slow', Promise.resolve(new Denied('the token has expired')));
      const socket = open().says({ type: 'auth', token: 'slow' }).says(HEAL);
      await settle();
      expect([socket.closed?.code, daemon.asked]).to.deep.equal([4401, []]);
    });

    it('fails alone if an answer throws after a token was verified', async () => {
      host.allow('good');
      host.credentials.set('slow', Promise.resolve(host.credentials.get('good')!));
      const socket = open().says({ type: 'auth', token: 'slow', ref: 1 }).says({ type: 'beat', ref: 2 });
      socket.fault = new Error('broken');
      await settle();
      expect([socket.failure, host.deferred]).to.deep.equal([socket.fault, 0]);
    });

    it('allows what the key allows', async () => {
      host.allow('reader', new Access('reader', ['read']));
      host.allow('own', Access.ofUser(userId(8)));
      const reader = open()
        .says({ type: 'auth', token: 'reader' })
        .says({ ...HEAL, ref: 1 });
      expect(reader.heard()).to.deep.equal([
        { type: 'error', ref: 1, code: 'HEARTBEAT_FORBIDDEN', error: 'this key lacks the scope heal' },
      ]);
      const own = open()
        .says({ type: 'auth', token: 'own' })
        .says({ type: 'heal', devices: [{ id: 7 }, { id: 8 }], ref: 2 });
      await settle();
      const error = 'this user token does not cover this user_id';
      expect(own.heard()).to.deep.equal([
        {
          type: 'error',
          ref: 2,
          code: 'HEARTBEAT_FORBIDDEN',
          error,
          accepted: 1,
          rejected: [{ index: 0, code: 'HEARTBEAT_FORBIDDEN', error }],
        },
      ]);
      expect(daemon.asked).to.deep.equal([{ kind: 'heal', user: '8' }]);
    });

    it('tells a client in time that its token expires, and is renewed by another auth', async () => {
      host.allow('first', undefined, 100 * SECOND);
      const socket = open().says({ type: 'auth', token: 'first' }).says(HEAL);
      socket.answers = true;
      await clock.advance(49 * SECOND);
      expect(socket.heard()).to.deep.equal([]);
      await clock.advance(2 * SECOND);
      const [notice, ...more] = socket.heard() as { type: string; in_ms: number }[];
      expect([notice?.type, more]).to.deep.equal(['expiring', []]);
      expect(notice?.in_ms).to.be.within(49_000, 50_000);
      host.allow('second', undefined, 1000 * SECOND);
      socket.says({ type: 'auth', token: 'second', ref: 1 });
      expect(socket.heard()).to.deep.equal([{ type: 'ok', ref: 1 }]);
      await clock.advance(100 * SECOND);
      expect([socket.heard(), socket.closed]).to.deep.equal([[], undefined]);
    });

    it('is closed with 4401 when the token expires, and no later pong is a heal', async () => {
      host.allow('short', undefined, 3 * SECOND);
      const socket = open().says({ type: 'auth', token: 'short' }).says(HEAL);
      await clock.advance(2.5 * SECOND);
      expect(socket.pings).to.have.lengthOf(1);
      clock.standStill(SECOND);
      socket.session.ponged(socket.pings[0]!);
      await settle();
      expect([heals(), socket.closed?.code]).to.deep.equal([1, 4401]);
      expect(socket.heard().at(-1)).to.include({ type: 'error', code: 'HEARTBEAT_UNAUTHORIZED' });
    });

    it('counts no pong after the wall clock says that the token has expired', async () => {
      host.allow('token', undefined, 60 * SECOND);
      const socket = open().says({ type: 'auth', token: 'token' }).says(HEAL);
      await clock.advance(2.5 * SECOND);
      clock.jumpWall(60 * SECOND);
      socket.session.ponged(socket.pings[0]!);
      expect([heals(), socket.closed?.code]).to.deep.equal([1, 4401]);
    });

    it('takes a renewal only of one who may go on with its devices', async () => {
      host.allow('own', Access.ofUser(userId(7)));
      host.allow('other', Access.ofUser(userId(8)));
      const socket = open().says({ type: 'auth', token: 'own' }).says(HEAL);
      await settle();
      socket.says({ type: 'auth', token: 'other', ref: 1 });
      expect(socket.heard()).to.deep.equal([
        {
          type: 'error',
          ref: 1,
          code: 'HEARTBEAT_UNAUTHORIZED',
          error: 'this key or token does not cover all devices of this socket',
        },
      ]);
      expect(socket.closed?.code).to.equal(4401);
    });

    it('has to authenticate again within 10 s after the keys have changed, before anything else', async () => {
      host.allow('key');
      const [socket, other] = [open().says({ type: 'auth', token: 'key' }), open()];
      other.says({ type: 'auth', token: 'key' });
      for (const each of [socket, other]) each.session.renew();
      expect(socket.heard()).to.deep.equal([{ type: 'expiring', in_ms: 10_000 }]);
      socket.says({ ...HEAL, ref: 1 });
      const error = 'the keys have changed: send auth again';
      expect(socket.heard().at(-1)).to.deep.equal({
        type: 'error',
        ref: 1,
        code: 'HEARTBEAT_UNAUTHORIZED',
        error,
      });
      expect(heals()).to.equal(0);
      socket.says({ type: 'auth', token: 'key' }).says({ ...HEAL, ref: 2 });
      expect(heals()).to.equal(1);
      await clock.advance(11 * SECOND);
      expect([socket.closed, other.closed?.code]).to.deep.equal([undefined, 4401]);
    });
  });

  describe('keeps devices online', () => {
    it('by each answer to a ping, every third of the timeout', async () => {
      const socket = open().says({ ...HEAL, ref: 1 });
      socket.answers = true;
      await settle();
      expect(socket.heard()).to.deep.equal([{ type: 'ok', ref: 1 }]);
      await clock.advance(10 * THIRD + 100);
      expect([socket.pings.length, heals()]).to.deep.equal([10, 11]);
      expect(new Set(socket.pings).size).to.equal(10);
    });

    it('only by the echo of the last ping', async () => {
      const socket = open().says(HEAL);
      await clock.advance(THIRD + 100);
      const [first = ''] = socket.pings;
      for (const payload of ['', 'other', `${first} `]) socket.session.ponged(payload);
      expect(heals()).to.equal(1);
      socket.session.ponged(first);
      expect(heals()).to.equal(2);
      socket.session.ponged(first);
      expect([heals(), host.counts.ignored_pongs]).to.deep.equal([2, 4]);
    });

    it('by nothing before the first ping', () => {
      const socket = open().says(HEAL);
      socket.session.ponged('');
      expect(heals()).to.equal(1);
    });

    it('sends no second ping before the first is answered, and then the next at once', async () => {
      const socket = open().says(HEAL);
      await clock.advance(2.5 * THIRD);
      expect(socket.pings).to.have.lengthOf(1);
      socket.session.ponged(socket.pings[0]!);
      expect(heals()).to.equal(2);
      await clock.advance(100);
      expect(socket.pings).to.have.lengthOf(2);
    });

    it('by beat alone if the heal asked for that', async () => {
      const socket = open().says({ type: 'heal', devices: [{ id: 7 }], liveness: 'page' });
      socket.says({ type: 'heal', devices: [{ id: 8 }] });
      socket.answers = true;
      await clock.advance(THIRD + 100);
      expect(daemon.asked.slice(2)).to.deep.equal([{ kind: 'heal', user: '8' }]);
      socket.says({ type: 'beat', ref: 1 });
      await settle();
      expect(daemon.asked.slice(3).map(({ user }) => user)).to.deep.equal(['7', '8']);
      expect(socket.heard()).to.deep.equal([{ type: 'ok', ref: 1 }]);
    });

    it('until goodbye, which ends one device or all of a user', async () => {
      const devices = [{ id: 7, device: 'phone' }, { id: 7, device: 'laptop' }, { id: 8 }];
      const socket = open().says({ type: 'heal', devices });
      socket.answers = true;
      socket.says({ type: 'goodbye', devices: [{ id: 7, device: 'phone' }], ref: 1 });
      await settle();
      expect(socket.heard()).to.deep.equal([{ type: 'ok', ref: 1 }]);
      daemon.asked.splice(0);
      await clock.advance(THIRD + 100);
      expect(daemon.asked.map(({ user }) => user)).to.deep.equal(['7', '8']);
      socket.says({ type: 'goodbye', devices: [{ id: 7 }] });
      daemon.asked.splice(0);
      await clock.advance(THIRD + 100);
      expect(daemon.asked).to.deep.equal([{ kind: 'heal', user: '8' }]);
    });

    it('answers a goodbye once its end is stored', async () => {
      const socket = open().says(HEAL);
      await settle();
      daemon.hold();
      socket.says({ type: 'goodbye', devices: [{ id: 7 }], ref: 1 });
      await settle();
      expect(socket.heard()).to.deep.equal([]);
      daemon.release();
      await settle();
      expect(socket.heard()).to.deep.equal([{ type: 'ok', ref: 1 }]);
    });

    it('no longer once the connection has ended, and says no goodbye for them', async () => {
      const socket = open().says(HEAL);
      await clock.advance(THIRD + 100);
      socket.session.ended();
      socket.session.ponged(socket.pings[0]!);
      await clock.advance(3 * THIRD);
      expect(daemon.asked).to.deep.equal([{ kind: 'heal', user: '7' }]);
    });

    it('not if the heal was refused, and says so', async () => {
      daemon.refuseWith('HEARTBEAT_MEMORY_SHORT');
      const socket = open().says({ ...HEAL, ref: 1 });
      socket.answers = true;
      await settle();
      const error = 'memory is short, so new users and nodes are refused, try again later';
      const code = 'HEARTBEAT_MEMORY_SHORT';
      expect(socket.heard()).to.deep.equal([
        { type: 'error', ref: 1, code, error, accepted: 0, rejected: [{ index: 0, code, error }] },
      ]);
      await clock.advance(THIRD + 100);
      expect(heals()).to.equal(1);
    });

    it('and says when a pong could not heal them', async () => {
      const socket = open().says(HEAL);
      socket.answers = true;
      await settle();
      daemon.refuseWith('HEARTBEAT_STORE_REFUSES');
      await clock.advance(THIRD + 100);
      expect(socket.heard()).to.deep.equal([
        {
          type: 'error',
          code: 'HEARTBEAT_STORE_REFUSES',
          error: 'the store refuses writes, try again later',
        },
      ]);
      daemon.reply = undefined;
      await clock.advance(THIRD);
      expect([heals(), socket.heard()]).to.deep.equal([3, []]);
    });

    it('up to a number, and rejects what is beyond', async () => {
      host.limits.batch = 2;
      const socket = open().says({ type: 'heal', devices: [{ id: 1 }, { id: 2 }, { id: 3 }], ref: 1 });
      await settle();
      expect(socket.heard()[0]).to.deep.include({
        accepted: 2,
        rejected: [
          {
            index: 2,
            code: 'HEARTBEAT_OVERLOADED',
            error: 'a socket can keep at most 2 devices online',
          },
        ],
      });
      socket.says({ type: 'heal', devices: [{ id: 1 }], ref: 2 });
      await settle();
      expect(socket.heard()).to.deep.equal([{ type: 'ok', ref: 2 }]);
    });

    it('up to limits.devices of one user, which would evict each other otherwise', async () => {
      host.limits.devices = 2;
      const named = (...names: string[]) => names.map((device) => ({ id: 7, device }));
      const socket = open().says({ type: 'heal', devices: [...named('a', 'b', 'c'), { id: 8 }], ref: 1 });
      await settle();
      const rejected = [
        {
          index: 2,
          code: 'HEARTBEAT_TOO_MANY_DEVICES',
          error:
            'a socket can keep at most 2 devices of one user online (limits.devices): say goodbye to others first',
        },
      ];
      expect(socket.heard()[0]).to.deep.include({ accepted: 3, rejected });
      socket.says({ type: 'goodbye', devices: named('a') });
      socket.says({ type: 'heal', devices: named('c'), ref: 2 });
      await settle();
      expect(socket.heard()).to.deep.equal([{ type: 'ok', ref: 2 }]);
    });
  });

  it('fails alone if its ping throws', async () => {
    const [broken, alive] = [open(), open()];
    broken.fault = new Error('broken');
    alive.answers = true;
    await clock.advance(2 * THIRD + 100);
    expect([broken.failure, alive.failure]).to.deep.equal([broken.fault, undefined]);
    expect(alive.pings).to.have.lengthOf(2);
  });

  it('is closed if nothing is heard for the idle time, but not for a standstill of the daemon', async () => {
    const [silent, alive] = [open(), open()];
    alive.answers = true;
    await clock.advance(30 * SECOND);
    clock.standStill(100 * SECOND);
    await clock.advance(20 * SECOND);
    expect([silent.closed, alive.closed]).to.deep.equal([undefined, undefined]);
    await clock.advance(15 * SECOND);
    expect(silent.closed).to.deep.equal({ code: 1008, reason: 'nothing was heard for too long' });
    expect(alive.closed).to.equal(undefined);
  });

  it('answers a frame that comes too soon with an error, and is closed with 1008 by a flood', async () => {
    host.limits.rate_per_socket = 10;
    const socket = open();
    for (let count = 0; count < 10; count++) socket.says({ type: 'beat', ref: count });
    await settle();
    expect(socket.heard()).to.have.lengthOf(10);
    socket.says({ type: 'beat', ref: 10 });
    expect(socket.heard()).to.deep.equal([
      { type: 'error', code: 'HEARTBEAT_RATE_LIMITED', error: 'too many requests, try again later' },
    ]);
    for (let count = 0; count < 20; count++) socket.says({ type: 'beat' });
    expect(socket.closed).to.deep.equal({ code: 1008, reason: 'too many frames' });
    expect(socket.heard().length).to.be.within(9, 11);
  });

  it('counts pings and pongs that were not asked for as frames', () => {
    host.limits.rate_per_socket = 10;
    const [pinging, ponging] = [open(), open()];
    for (let count = 0; count < 30; count++) {
      pinging.session.pinged(Buffer.from('x'));
      ponging.session.ponged('x');
    }
    expect([pinging.closed?.code, ponging.closed?.code, pinging.pongs.length]).to.deep.equal([
      1008, 1008, 10,
    ]);
  });

  it('refuses frames while the daemon is not ready, or has no capacity', () => {
    const socket = open();
    host.overloaded = true;
    socket.says({ ...HEAL, ref: 1 });
    host.serving = false;
    socket.says({ ...HEAL, ref: 2 });
    expect(socket.heard().map((frame) => (frame as { code: string }).code)).to.deep.equal([
      'HEARTBEAT_OVERLOADED',
      'HEARTBEAT_NOT_READY',
    ]);
    expect(daemon.asked).to.deep.equal([]);
  });

  it('is closed with 1012 when the daemon stops, once everything is answered', async () => {
    const socket = open().says(HEAL);
    await settle();
    daemon.hold();
    socket.says({ type: 'goodbye', devices: [{ id: 7 }], ref: 1 });
    socket.session.restart('{"retry_after_ms":250}');
    socket.says({ ...HEAL, ref: 2 });
    expect(socket.closed).to.equal(undefined);
    daemon.release();
    await settle();
    expect(socket.heard().map((frame) => (frame as { type: string; ref: number }).ref)).to.deep.equal([2, 1]);
    expect(socket.closed).to.deep.equal({ code: 1012, reason: '{"retry_after_ms":250}' });
  });

  it('is closed with 1003 by a message that is not text', () => {
    const socket = open();
    socket.session.receivedBinary();
    expect([socket.heard(), socket.closed?.code]).to.deep.equal([
      [{ type: 'error', code: 'HEARTBEAT_INVALID_FRAME', error: 'a frame must be text' }],
      1003,
    ]);
  });
});
