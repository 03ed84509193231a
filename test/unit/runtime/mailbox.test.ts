import { expect } from 'chai';
import type { ActorRef } from '../../../src/runtime/actor.js';
import { poison, task, Workshop, type Task } from './workshop.js';

describe('a mailbox', () => {
  let workshop: Workshop;

  beforeEach(() => {
    workshop = new Workshop();
  });

  it('hands messages over in the order in which they were told, one at a time', async () => {
    const { worker, cell } = workshop.hire();
    const told = Array.from({ length: 40 }, (_, n) => `m${n}`);
    for (const kind of told) cell.tell(task(kind));
    expect(worker.handled, 'nothing is handled within the tell').to.deep.equal([]);
    await workshop.settle();
    expect(worker.handled).to.deep.equal(told);
  });

  it('keeps the order of what an actor tells itself', async () => {
    const { worker, cell } = workshop.hire();
    cell.tell(task('a', () => cell.tell(task('c'))));
    cell.tell(task('b'));
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['a', 'b', 'c']);
  });

  it('is passed by at an idle actor that is told now, and at no other', async () => {
    const { worker, cell } = workshop.hire();
    expect(cell.tellNow(task('at once'))).to.equal('queued');
    expect(worker.handled).to.deep.equal(['at once']);
    cell.tell(task('a'));
    cell.tellNow(task('b'));
    expect(worker.handled, 'something waits').to.deep.equal(['at once']);
    await workshop.settle();
    cell.tellNow(task('c', () => cell.tellNow(task('d'))));
    expect(worker.handled.at(-1), 'it is busy').to.equal('c');
    expect(cell.waiting).to.equal(1);
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['at once', 'a', 'b', 'c', 'd']);
    expect(workshop.place.load.waiting).to.equal(0);
  });

  it('keeps what an actor is told now that has just crashed over such a message', async () => {
    const { worker, cell } = workshop.hire();
    cell.tellNow(poison('bad', 1));
    cell.tellNow(task('behind'));
    expect(cell.waiting).to.equal(1);
    await workshop.settle();
    expect(worker.crashes.map(({ message }) => message.kind)).to.deep.equal(['bad']);
    expect(worker.handled).to.not.include('behind');
    cell.restart(worker.crashes[0]?.message);
    await workshop.settle();
    expect(worker.handled.slice(-2)).to.deep.equal(['bad', 'behind']);
  });

  it('says how many wait, and not the one that is being handled', async () => {
    const { cell } = workshop.hire();
    const seen: number[] = [];
    for (let n = 0; n < 3; n++) cell.tell(task('count', () => seen.push(cell.waiting)));
    expect(cell.waiting).to.equal(3);
    await workshop.settle();
    expect(seen).to.deep.equal([2, 1, 0]);
  });

  it('is counted with the others of its place, through crashes, restarts and stops', async () => {
    const hired = Array.from({ length: 3 }, (_, n) => workshop.hire(`worker-${n}`));
    for (const { cell } of hired) {
      cell.tell(poison('bad', 1));
      cell.tell(task('a'));
      cell.tell(task('b'));
    }
    expect(workshop.place.load.waiting).to.equal(9);
    await workshop.settle();
    expect(workshop.place.load.waiting, 'crashed, with two behind each').to.equal(6);
    hired[0]?.cell.restart(hired[0].worker.crashes[0]?.message);
    expect(workshop.place.load.waiting).to.equal(7);
    hired[1]?.cell.stop(() => undefined);
    await workshop.settle();
    expect(workshop.place.load.waiting).to.equal(2);
    expect(hired.map(({ cell }) => cell.waiting)).to.deep.equal([0, 0, 2]);
  });

  // nact's mailboxes have no bound.
  it('refuses messages beyond its bound, and counts them', async () => {
    const { worker, cell } = workshop.hire('small', 2);
    expect(cell.tell(task('a'))).to.equal('queued');
    expect(cell.tell(task('b'))).to.equal('queued');
    expect(cell.tell(task('c'))).to.equal('full');
    expect(cell.tell(task('d'))).to.equal('full');
    expect(workshop.system.overflows).to.equal(2);
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['a', 'b']);
    expect(cell.tell(task('e')), 'there is room again').to.equal('queued');
  });

  it('accepts unbounded tells beyond its bound', async () => {
    const { worker, cell } = workshop.hire('small', 1);
    cell.tell(task('a'));
    cell.tellUnbounded(task('b'));
    cell.tellUnbounded(task('c'));
    expect(cell.waiting).to.equal(3);
    expect(cell.tell(task('d'))).to.equal('full');
    expect(workshop.system.overflows).to.equal(1);
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['a', 'b', 'c']);
  });

  it('keeps its bound while the actor is down', async () => {
    const { worker, cell } = workshop.hire('small', 2);
    cell.tell(poison('bad', 1));
    await workshop.settle();
    expect([cell.tell(task('a')), cell.tell(task('b')), cell.tell(task('c'))]).to.deep.equal([
      'queued',
      'queued',
      'full',
    ]);
    cell.tellUnbounded(task('d'));
    expect(cell.waiting).to.equal(3);
    cell.restart();
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['a', 'b', 'd']);
  });

  // nact's Ref<T> is empty, so that any message compiles for any ref.
  it('takes the messages of its type only', () => {
    const { cell } = workshop.hire();
    const ref: ActorRef<Task> = cell;
    // @ts-expect-error -- a number is not a task
    ref.tell(7);
    // @ts-expect-error -- its messages may be anything, and this one accepts tasks
    const anything: ActorRef<unknown> = cell;
    const strings: ActorRef<Task & { readonly more: string }> = ref;
    expect([anything, strings]).to.deep.equal([ref, ref]);
  });
});
