import { expect } from 'chai';
import type { Moment } from '../../../src/domain/time.js';
import { Faults } from '../../support/faults.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { user } from '../../support/ids.js';
import { StandaloneShards, TIMEOUT } from '../../support/standalone-shards.js';

const SHARD = 0;
const ANN = user(1);
const BEN = user(2);

describe('the watermark', () => {
  it('lies no later than a deadline that nobody has looked at yet', async () => {
    const shards = await withOnline([ANN]);
    await shards.clock.advance(TIMEOUT + 500);
    expect(watermark(shards)).to.be.at.most(DEADLINE);
  });

  it('lies no later than a deadline whose end has been told, and not handled', async () => {
    const shards = await withOnline([ANN]);
    const { clock, users } = shards;
    await clock.advance(TIMEOUT + 500);
    users.advance(clock.now());
    users.advance(clock.now());
    expect(watermark(shards)).to.be.at.most(DEADLINE);
    await clock.settle();
    users.advance(clock.now());
    expect(watermark(shards)).to.be.above(DEADLINE);
    expect(shards.submittedLast('end')?.user).to.equal(ANN);
  });

  it('lies no later than a deadline whose timer crashed its actor twice, until it is tried again', async () => {
    const faults = new Faults();
    const shards = await withOnline([ANN], { decideUser: faults.decide });
    const { clock, users } = shards;
    faults.plan('', 'expire', 2);
    await clock.advance(TIMEOUT + 500);
    const tick = async (): Promise<void> => {
      users.advance(clock.now());
      await clock.settle();
    };
    await tick();
    await tick();
    expect(watermark(shards)).to.be.at.most(DEADLINE);
    await clock.advance(1500);
    await tick();
    await tick();
    expect(shards.submittedLast('end')?.user).to.equal(ANN);
    expect(watermark(shards)).to.be.above(DEADLINE);
  });

  it('lies no later than a deadline that has to wait for the next tick, since so many came together', async () => {
    const shards = await withOnline([ANN, BEN], { expiries: 1 });
    const { clock, users } = shards;
    await clock.advance(TIMEOUT + 500);
    const seen: [ended: number, isPast: boolean][] = [];
    for (let tick = 0; tick < 4; tick++) {
      users.advance(clock.now());
      await clock.settle();
      const isPast = watermark(shards) > DEADLINE;
      seen.push([shards.submitted.filter(({ kind }) => kind === 'end').length, isPast]);
    }
    expect(seen).to.deep.equal([
      [1, false],
      [2, false],
      [2, true],
      [2, true],
    ]);
  });

  it('lies no later than a deadline that was due when the daemon became blind', async () => {
    const shards = await withOnline([ANN]);
    const { clock, users } = shards;
    await clock.advance(TIMEOUT + 10);
    const from = clock.now();
    clock.standStill(20_000);
    users.blind(from, clock.now());
    expect(shards.submittedLast('watermark')?.at).to.be.at.most(DEADLINE);
  });

  it('says beside it when the daemon was alive, however late it acts on deadlines', async () => {
    const shards = await withOnline([ANN]);
    await shards.clock.advance(TIMEOUT + 5000);
    expect(watermark(shards)).to.be.at.most(DEADLINE);
    expect(shards.submittedLast('watermark')?.aliveAt).to.equal(shards.clock.wall());
  });

  it('says at the last that it was alive so far that no end lies before it stopped, and none later than need be', async () => {
    const aliveAfter = async (late: number): Promise<number> => {
      const shards = await withOnline([ANN]);
      await shards.clock.advance(TIMEOUT + late);
      shards.users.stopListening(shards.clock.now());
      shards.users.end();
      shards.users.checkpoint();
      return shards.submittedLast('watermark')?.aliveAt ?? 0;
    };
    expect(await aliveAfter(500)).to.equal(DEADLINE);
    expect(await aliveAfter(TIMEOUT + 3000)).to.equal(DEADLINE + 3000);
  });

  it('goes on over a blindness, where nobody was due', async () => {
    const shards = await withOnline([ANN]);
    const { clock, users } = shards;
    users.advance(clock.now());
    const from: Moment = clock.now();
    clock.standStill(20_000);
    users.blind(from, clock.now());
    expect(shards.submittedLast('watermark')?.at).to.equal(clock.wall());
  });
});

async function withOnline(
  ids: readonly (typeof ANN)[],
  options?: ConstructorParameters<typeof StandaloneShards>[0],
): Promise<StandaloneShards> {
  const shards = new StandaloneShards(options);
  const { clock, users } = shards;
  const now = clock.now();
  users.send(SHARD, { kind: 'heal', users: ids, arrivedAt: now, readAt: now }, () => undefined);
  users.settle(ids.map((id) => ({ shard: SHARD, user: id, stored: true, onlineAt: clock.wall() })));
  await clock.settle();
  return shards;
}

/** They were all healed at the start of the clock. */
const DEADLINE = new SimulatedClock().wall() + TIMEOUT;

function watermark(shards: StandaloneShards): number {
  shards.users.checkpoint();
  return shards.submittedLast('watermark')?.at ?? Infinity;
}
