import { expect } from 'chai';
import fc from 'fast-check';
import { Access } from '../../../src/domain/access.js';
import { EFFORT } from '../../support/effort.js';
import { user } from '../../support/ids.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import { FakeHost, SessionUnderTest } from '../../http/sockets/support/session-under-test.js';

const TIMEOUT = 7_000;
const USERS = [1, 2];
const SOCKETS = [0, 1, 2];
/** How exact the timers of sockets and of users are together. */
const TICKS = 100;

const socket = fc.constantFrom(...SOCKETS);
const id = fc.constantFrom(...USERS);
const device = fc.constantFrom(undefined, 'phone', 'laptop');

type Step =
  | { readonly do: 'open'; readonly socket: number; readonly lives: number | undefined }
  | {
      readonly do: 'heal';
      readonly socket: number;
      readonly id: number;
      readonly device: string | undefined;
      readonly byBeat: boolean;
    }
  | {
      readonly do: 'goodbye';
      readonly socket: number;
      readonly id: number;
      readonly device: string | undefined;
    }
  | { readonly do: 'beat' | 'break' | 'forge' | 'freeze' | 'thaw'; readonly socket: number }
  | { readonly do: 'wait'; readonly time: number }
  | { readonly do: 'stall'; readonly time: number };

const of = <Do extends Step['do']>(what: Do) => fc.constant(what);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: of('open'),
      socket,
      lives: fc.oneof(fc.constant(undefined), fc.integer({ min: 100, max: 30_000 })),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: of('heal'), socket, id, device, byBeat: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: of('goodbye'), socket, id, device }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'beat' as const,
        'break' as const,
        'forge' as const,
        'freeze' as const,
        'thaw' as const,
      ),
      socket,
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: of('wait'), time: fc.nat(12_000) }) },
  { weight: 1, arbitrary: fc.record({ do: of('stall'), time: fc.integer({ min: 2_000, max: 20_000 }) }) },
);

/** What a client has done, and what follows from it, as plainly as it can be said. */
class Client {
  readonly held = new Map<
    string,
    { readonly id: number; readonly device: string | undefined; byBeat: boolean }
  >();
  readonly socket: SessionUnderTest;
  readonly expires: number;
  /** Whether it answers pings. */
  answers = true;
  isOpen = true;

  constructor(socket: SessionUnderTest, expires: number) {
    this.socket = socket;
    this.expires = expires;
  }

  isHeardAt(wall: number): boolean {
    return this.isOpen && wall < this.expires;
  }
}

class World {
  readonly app: SimulatedApp;
  readonly host: FakeHost;
  readonly clients = new Map<number, Client>();
  /** Until when a device must be online, and may be, by user and device. */
  readonly deadlines = new Map<string, { readonly must: number; readonly may: number }>();
  #tokens = 0;

  constructor(app: SimulatedApp) {
    this.app = app;
    this.host = new FakeHost(app.clock, app.app);
    this.host.needsAuth = true;
  }

  open(name: number, lives: number | undefined): void {
    this.clients.get(name)?.socket.session.ended();
    const token = `token ${String(this.#tokens++)}`;
    this.host.allow(token, new Access(token, ['heal']), lives);
    const client = new Client(
      new SessionUnderTest(this.host),
      lives === undefined ? Infinity : this.app.clock.wall() + lives,
    );
    client.socket.ping = (payload) => {
      client.socket.pings.push(payload);
      if (client.answers) this.#answer(client);
    };
    client.socket.says({ type: 'auth', token });
    this.clients.set(name, client);
  }

  /** The client answers the last ping. */
  #answer(client: Client): void {
    const payload = client.socket.pings.pop();
    client.socket.pings.length = 0;
    if (payload === undefined || !client.isOpen) return;
    if (client.isHeardAt(this.app.clock.wall()))
      for (const held of client.held.values()) if (!held.byBeat) this.#heal(held);
    client.socket.session.ponged(payload);
  }

  #heal({ id: who, device: which }: { readonly id: number; readonly device: string | undefined }): void {
    const until = this.app.clock.now() + TIMEOUT;
    this.deadlines.set(keyOf(who, which), { must: until, may: until });
  }

  async play(given: Step): Promise<void> {
    const { clock } = this.app;
    if (given.do === 'wait') await clock.advance(given.time);
    else if (given.do === 'stall') {
      const from = clock.now();
      clock.standStill(given.time);
      // Nobody could be heard: everybody has the time again.
      for (const [key, { must, may }] of this.deadlines)
        if (must > from)
          this.deadlines.set(key, { must: clock.now() + TIMEOUT, may: may + given.time + TIMEOUT });
      await clock.advance(1);
    } else if (given.do === 'open') this.open(given.socket, given.lives);
    else {
      const client = this.clients.get(given.socket);
      if (client !== undefined) this.#act(client, given);
    }
    await clock.settle();
  }

  #act(client: Client, given: Exclude<Step, { readonly do: 'wait' | 'stall' | 'open' }>): void {
    const { socket: peer } = client;
    const isHeard = client.isHeardAt(this.app.clock.wall());
    switch (given.do) {
      case 'heal': {
        const { id: who, device: which, byBeat } = given;
        peer.says({
          type: 'heal',
          devices: [{ id: who, device: which }],
          ...(byBeat && { liveness: 'page' }),
        });
        if (!isHeard) return;
        client.held.set(keyOf(who, which), { id: who, device: which, byBeat });
        this.#heal(given);
        return;
      }
      case 'goodbye': {
        peer.says({ type: 'goodbye', devices: [{ id: given.id, device: given.device }] });
        if (!isHeard) return;
        for (const key of [...client.held.keys()]) if (isOf(key, given)) client.held.delete(key);
        for (const key of [...this.deadlines.keys()]) if (isOf(key, given)) this.deadlines.delete(key);
        return;
      }
      case 'beat':
        peer.says({ type: 'beat' });
        if (isHeard) for (const held of client.held.values()) this.#heal(held);
        return;
      case 'forge':
        peer.session.ponged('forged');
        return;
      case 'freeze':
        client.answers = false;
        return;
      case 'thaw':
        client.answers = true;
        this.#answer(client);
        return;
      case 'break':
        client.isOpen = false;
        peer.session.ended();
    }
  }

  async check(): Promise<void> {
    const now = this.app.clock.now();
    for (const who of USERS) {
      const own = [...this.deadlines].filter(([key]) => key.startsWith(`${String(who)} `));
      const reply = await this.app.ask('checkup', user(who));
      if (own.some(([, { must }]) => must > now))
        expect(reply, `user ${String(who)}`).to.deep.equal({ kind: 'online' });
      else if (own.every(([, { may }]) => may <= now - TICKS))
        expect(reply, `user ${String(who)}`).to.deep.equal({ kind: 'offline' });
    }
  }
}

function keyOf(who: number, which: string | undefined): string {
  return `${String(who)} ${which ?? ''}`;
}

function isOf(key: string, { id: who, device: which }: { id: number; device: string | undefined }): boolean {
  return which === undefined ? key.startsWith(`${String(who)} `) : key === keyOf(who, which);
}

describe('sockets keep their devices online', function () {
  this.timeout(900_000 * EFFORT);

  it('as long as their clients answer pings or beat, and no longer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const world = new World(await SimulatedApp.start());
        for (const each of steps) {
          await world.play(each);
          await world.check();
        }
        await world.app.app.stop();
      }),
      { numRuns: 40 * EFFORT },
    );
  });
});
