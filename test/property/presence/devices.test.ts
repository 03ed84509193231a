import { expect } from 'chai';
import fc from 'fast-check';
import type { UserReply } from '../../../actors/user/user.protocol.js';
import type { DeviceHeal } from '../../../src/domain/device.js';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { EFFORT } from '../../support/effort.js';
import { user } from '../../support/ids.js';
import { SimulatedApp } from '../../support/simulated-app.js';

const TIMEOUT = 7_000;
const MOST = 3;
const TICK = 20;
const ANN = user(7);

const device = fc.constantFrom(undefined, 'phone', 'laptop', 'tablet', 'tv');
const meta = fc.constantFrom(undefined, undefined, null, '{"n":1}', '{"n":2}');

type Step =
  | ({ readonly do: 'heal' } & DeviceHeal)
  | { readonly do: 'goodbye'; readonly device: string | undefined }
  | { readonly do: 'wait'; readonly time: number }
  | { readonly do: 'restart'; readonly downtime: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('heal' as const), device, meta }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('goodbye' as const), device }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.nat(8_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), downtime: fc.nat(500) }) },
);

interface Kept {
  readonly name: string | undefined;
  readonly since: number;
  deadline: number;
  meta: string | undefined;
}

/** The devices of one user as plainly as they can be said. */
class Model {
  devices: Kept[] = [];
  /** Until when devices from before a restart keep the user online. */
  foundUntil = -Infinity;
  isHeard = false;

  until(except?: string): number {
    const others = this.devices.filter(({ name }) => except === undefined || name !== except);
    return Math.max(this.foundUntil, ...others.map(({ deadline }) => deadline));
  }

  heal({ device: name, meta: said }: DeviceHeal, now: number): void {
    // A heal at the very deadline still goes on.
    if (this.until() < now) this.end();
    this.devices = this.devices.filter(({ deadline }) => deadline >= now);
    let kept = this.devices.find((each) => each.name === name);
    if (kept === undefined) {
      if (this.devices.length === MOST) {
        const least = Math.min(...this.devices.map(({ deadline }) => deadline));
        this.devices.splice(
          this.devices.findIndex(({ deadline }) => deadline === least),
          1,
        );
      }
      kept = { name, since: now, deadline: 0, meta: undefined };
      this.devices.push(kept);
    }
    kept.deadline = now + TIMEOUT;
    if (said !== undefined) kept.meta = said ?? undefined;
    this.isHeard = true;
  }

  /** @returns the status afterwards */
  goodbye(name: string | undefined, now: number): 'online' | 'offline' {
    if (name !== undefined && this.until(name) > now) {
      this.devices = this.devices.filter((each) => each.name !== name);
      return 'online';
    }
    this.end();
    return 'offline';
  }

  restart(now: number, at: number): void {
    const isOnline = this.until() > now;
    this.end();
    if (isOnline) this.foundUntil = at + TIMEOUT;
    this.isHeard = false;
  }

  end(): void {
    this.devices = [];
    this.foundUntil = -Infinity;
  }

  at(now: number): readonly Kept[] {
    return this.devices.filter(({ deadline }) => deadline > now);
  }
}

async function play(steps: readonly Step[]): Promise<void> {
  const store = new MemoryHistoryStore();
  const flags = { '--limits-devices': String(MOST) };
  let daemon = await SimulatedApp.start({ flags, store });
  const { clock } = daemon;
  const model = new Model();

  async function ask(kind: 'heal' | 'goodbye', heal: DeviceHeal): Promise<string | undefined> {
    let answer: UserReply | undefined;
    daemon.app.users.ask(kind, ANN, (reply) => (answer = reply), heal);
    await clock.settle();
    return answer?.kind;
  }

  for (const one of steps) {
    // A session that begins in the millisecond in which another one ended is shown a millisecond later.
    await clock.advance(1);
    const now = clock.now();
    switch (one.do) {
      case 'heal':
        model.heal(one, now);
        expect(await ask('heal', one)).to.equal('online');
        break;
      case 'goodbye': {
        const expected = model.goodbye(one.device, now);
        expect(await ask('goodbye', one)).to.equal(expected);
        break;
      }
      case 'wait':
        await clock.advance(one.time);
        break;
      case 'restart':
        // A second start without a heal gives less time, which recovery has tests of.
        if (!model.isHeard) break;
        // An end that no tick has noticed yet may be taken for somebody who is online, as in the model of presence.
        if (model.until() <= now && model.until() > now - 2 * TICK) break;
        // What was acknowledged is on disk; that the daemon is alive is within two seconds.
        await clock.advance(0);
        await daemon.app.stop();
        await daemon.kill();
        clock.standStill(one.downtime);
        model.restart(now, clock.now());
        daemon = await SimulatedApp.start({ flags, store, clock });
        break;
    }
    const at = clock.now();
    const isOnline = model.until() > at;
    expect((await daemon.ask('checkup', ANN))?.kind).to.equal(isOnline ? 'online' : 'offline');
    const reply = await daemon.ask('describe', ANN);
    const shown = reply?.kind === 'described' ? (reply.session?.devices ?? []) : expect.fail('not described');
    const zero = clock.wall() - at;
    const expected = model.at(at).map((each) => ({
      name: each.name,
      deadline: each.deadline + zero,
      meta: each.meta,
      ...(each.name !== undefined && { since: each.since + zero }),
    }));
    const found = shown.map(({ name, since, deadline, meta: said }) => ({
      name,
      deadline,
      meta: said,
      // Of the unnamed device nothing but its last heal is kept while it is alone.
      ...(name !== undefined && { since }),
    }));
    expect(found).to.deep.equal(isOnline ? expected : []);
  }
  await daemon.kill();
}

describe('the devices of a user', () => {
  it('keep the user online as a naive model says, and are shown as it has them', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), play), { numRuns: 100 * EFFORT });
  });
});
