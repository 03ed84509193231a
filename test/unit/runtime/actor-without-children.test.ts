import { expect } from 'chai';
import { collectGarbage } from './garbage.js';
import type { Place } from '../../../src/runtime/actor-system.js';
import { poison, task, Worker, Workshop } from './workshop.js';

const ACTORS = 20_000;
/** Bytes of heap; nact alone takes 1.2 kB. */
const BUDGET = 300;

// nact gives each actor two maps and a queue; here, actors without children share empty ones.
describe('an actor without children', () => {
  let workshop: Workshop;

  beforeEach(() => {
    workshop = new Workshop();
  });

  it(`takes less than ${BUDGET} bytes, before and after its first message`, async () => {
    const places = Array.from({ length: 20 }, (_, n) => workshop.system.place(workshop.place, `shard-${n}`));
    const names = Array.from({ length: ACTORS }, (_, n) => String(n));
    const worker = { receive: () => undefined, crashed: () => undefined };
    const before = heap();
    const cells = names.map((name, n) =>
      workshop.system.spawn(places[n % places.length]!, name, worker, { mailbox: 10 }),
    );
    expect((heap() - before) / ACTORS).to.be.below(BUDGET);
    for (const cell of cells) cell.tell(task('a'));
    await workshop.settle();
    expect((heap() - before) / ACTORS).to.be.below(BUDGET);
    expect(workshop.system.running).to.equal(ACTORS);
  });

  it('shares no messages with the others that share its empty mailbox', async () => {
    const hired = Array.from({ length: 10 }, (_, n) => workshop.hire(`worker-${n}`));
    for (const round of ['a', 'b', 'c']) {
      hired.forEach(({ cell }, n) => cell.tell(task(`${round}${n}`)));
    }
    hired[3]?.cell.tell(poison('bad'));
    hired[3]?.cell.tell(task('after'));
    await workshop.settle();
    hired[3]?.cell.restart();
    await workshop.settle();
    hired.forEach(({ worker }, n) => {
      const after = n === 3 ? ['after'] : [];
      expect(worker.handled).to.deep.equal([`a${n}`, `b${n}`, `c${n}`, ...after]);
    });
  });

  it('cannot become a parent', () => {
    workshop.hire('leaf');
    const nact = workshop.place.nact.children.get('leaf') as unknown as Place['nact'];
    const spawn = (): unknown =>
      workshop.system.spawn({ ...workshop.place, nact }, 'child', new Worker(), { mailbox: 10 });
    expect(spawn).to.throw(TypeError, "'child' was to be spawned under a leaf");
    expect(workshop.system.running).to.equal(1);
  });

  it('gets no message past the runtime', async () => {
    const { worker, cell } = workshop.hire('leaf');
    const nact = workshop.place.nact.children.get('leaf')!;
    cell.tell(task('a'));
    expect(() => {
      nact.dispatch(task('b'), undefined);
    }).to.throw(TypeError);
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['a']);
  });
});

function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
