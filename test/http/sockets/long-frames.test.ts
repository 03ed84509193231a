import { expect } from 'chai';
import { ANYBODY } from '../../../src/domain/access.js';
import { PicturingReader } from '../../support/event-picture.js';
import { user } from '../../support/ids.js';
import { withDaemon } from '../../support/with-daemon.js';
import { roomOf, type SocketLimits } from '../../../src/http/sockets/socket-limits.js';
import { FakeHost, SessionUnderTest } from './support/session-under-test.js';

const USERS = Array.from({ length: 60 }, (_, id) => id);
const DEVICES = 16;
/** A user with so many devices has more than 16 kB of them. */
const LONG = 'x'.repeat(1000);
const UNSENT = 256 * 1024;
const LONGEST_FRAME = 64 * 1024;

interface ShownFrame {
  readonly type: string;
  readonly users?: readonly { readonly id: number; readonly devices: readonly object[] }[];
  readonly event?: object;
}

/** A client that reads only when it is told to. */
class SlowClient extends SessionUnderTest {
  readonly lengths: number[] = [];
  readonly read: ShownFrame[] = [];
  most = 0;
  readonly #limits: SocketLimits;
  #waiting: { readonly frame: string; readonly isTold: boolean }[] = [];

  constructor(host: FakeHost) {
    super(host);
    this.#limits = host.limits;
  }

  override send(frame: string): void {
    this.lengths.push(frame.length);
    this.unsent += frame.length;
    this.#waiting.push({ frame, isTold: this.unsent > roomOf(this.#limits) });
    this.most = Math.max(this.most, this.unsent);
  }

  /** Reads one frame. @returns whether there was one */
  readOne(): boolean {
    const next = this.#waiting.shift();
    if (next === undefined) return false;
    this.unsent -= next.frame.length;
    this.read.push(JSON.parse(next.frame) as ShownFrame);
    if (next.isTold) this.session.drained();
    return true;
  }
}

describe('a socket that watches users with many devices and much meta', () => {
  const daemon = withDaemon();
  let host: FakeHost;
  let client: SlowClient;

  beforeEach(async () => {
    await daemon.start({ flags: { '--session-timeout': '300' } });
    host = new FakeHost(daemon.clock, daemon.app);
    Object.assign(host.limits, { socket_watched: 100, socket_unsent: UNSENT, devices: DEVICES });
    client = new SlowClient(host);
  });

  /** All devices of all users, in one pass of the event loop. */
  async function heal(which: string): Promise<void> {
    for (const id of USERS)
      for (let device = 0; device < DEVICES; device++)
        daemon.app.users.ask('heal', user(id), () => undefined, {
          device: `d${device}`,
          meta: JSON.stringify({ which, LONG }),
        });
    await daemon.clock.settle();
  }

  async function readAll(): Promise<void> {
    do await daemon.clock.settle();
    while (client.readOne());
  }

  it('gets their state in frames of up to 64 KiB, as it reads them, and then ok', async () => {
    await heal('a');
    client.says({ type: 'watch', users: USERS, ref: 1 });
    await daemon.clock.settle();
    expect(client.unsent).to.be.within(UNSENT / 2, UNSENT / 2 + LONGEST_FRAME);
    await readAll();
    expect(Math.max(...client.lengths)).to.be.at.most(LONGEST_FRAME);
    expect(client.most).to.be.at.most(UNSENT);
    const shown = client.read.flatMap(({ users = [] }) => users);
    expect(shown.map(({ id }) => id)).to.deep.equal(USERS);
    expect(shown.every(({ devices }) => devices.length === DEVICES)).to.equal(true);
    expect(client.read.at(-1)).to.deep.equal({ type: 'ok', ref: 1 });
  });

  it('gets changes of all of them at once as it reads them, none missing and none twice', async () => {
    client.says({ type: 'watch', users: USERS, ref: 1 });
    const fast = new PicturingReader();
    daemon.app.events.subscribe({ users: USERS.map(user) }, ANYBODY, fast);
    await readAll();
    client.read.splice(0);
    await heal('a');
    await heal('b');
    expect(client.most).to.be.at.most(UNSENT);
    await readAll();
    expect(client.most).to.be.at.most(UNSENT);
    expect(fast.log.length).to.be.at.least(USERS.length * DEVICES);
    expect(client.read.map(({ event }) => event)).to.deep.equal(fast.log);
  });

  it('gets a small state at a small limit in frames that fit', async () => {
    host.limits.socket_unsent = 2048;
    client.says({ type: 'watch', users: USERS, ref: 1 });
    await readAll();
    expect(Math.max(...client.lengths)).to.be.at.most(1024);
    expect(client.most).to.be.at.most(2048);
    expect(client.read.flatMap(({ users = [] }) => users).map(({ id }) => id)).to.deep.equal(USERS);
  });

  it('gets changes again once it has read the answers that were in their way', async () => {
    host.limits.socket_unsent = 4096;
    client.says({ type: 'watch', users: USERS, ref: 1 });
    await readAll();
    client.read.splice(0);
    while (client.unsent <= 2048) client.says({ type: 'watch', users: ['none'], ref: 'wrong' });
    daemon.app.users.ask('heal', user(7), () => undefined);
    await daemon.clock.settle();
    await readAll();
    expect(client.read.at(-1)).to.have.nested.property('event.type', 'user.online');
  });

  it('is answered to other frames while its state waits to be read', async () => {
    await heal('a');
    client.says({ type: 'watch', users: USERS, ref: 1 }).says({ type: 'beat', ref: 2 });
    await readAll();
    const answers = client.read.flatMap((frame) => (frame.type === 'ok' ? frame : []));
    expect(answers).to.deep.equal([
      { type: 'ok', ref: 2 },
      { type: 'ok', ref: 1 },
    ]);
  });
});
