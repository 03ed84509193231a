import { expect } from 'chai';
import { poison, stopped, task, Workshop } from './workshop.js';

describe('an actor that is stopped', () => {
  let workshop: Workshop;

  beforeEach(() => {
    workshop = new Workshop();
  });

  // nact drops the message that is scheduled already, and all that wait behind it.
  it('handles all messages from before the stop', async () => {
    const { worker, cell } = workshop.hire();
    for (const kind of ['a', 'b', 'c']) cell.tell(task(kind));
    const left = stopped(cell);
    expect(worker.handled).to.deep.equal([]);
    expect(await left).to.deep.equal([]);
    expect(worker.handled).to.deep.equal(['a', 'b', 'c']);
    expect(cell.status).to.equal('stopped');
  });

  // nact: a dispatch to a dead actor is silent.
  it('refuses messages from that moment on', async () => {
    const { worker, cell } = workshop.hire();
    const left = stopped(cell);
    expect(cell.tell(task('a'))).to.equal('stopped');
    cell.tellUnbounded(task('b'));
    await left;
    expect(cell.tell(task('c'))).to.equal('stopped');
    cell.tellUnbounded(task('d'));
    await workshop.settle();
    expect(worker.handled).to.deep.equal([]);
    expect(workshop.system.deadLetters.recent).to.deep.equal(
      ['b', 'd'].map((message) => ({
        at: workshop.clock.wall(),
        path: 'workshop/worker',
        message,
        reason: 'its actor has stopped',
      })),
    );
  });

  it('returns the message that crashed it, and those queued after it', async () => {
    const { worker, cell } = workshop.hire();
    for (const message of [task('a'), poison('bad'), task('b'), task('c')]) cell.tell(message);
    expect(await stopped(cell)).to.deep.equal(['bad', 'b', 'c']);
    expect(worker.handled).to.deep.equal(['a']);
    expect(worker.crashes, 'it is not restarted, so nobody needs to know').to.deep.equal([]);
    expect(cell.waiting).to.equal(0);
  });

  it('returns the same if it is stopped at the moment of its crash', async () => {
    const { worker, cell } = workshop.hire();
    let left: Promise<string[]> | undefined;
    cell.tell(
      task('bad', () => {
        queueMicrotask(() => {
          left = stopped(cell);
        });
        throw new Error('bad');
      }),
    );
    cell.tell(task('a'));
    await workshop.settle();
    expect(await left).to.deep.equal(['bad', 'a']);
    expect(worker.crashes).to.deep.equal([]);
  });

  it('may stop itself', async () => {
    const { worker, cell } = workshop.hire();
    let left: Promise<string[]> | undefined;
    cell.tell(
      task('a', () => {
        left = stopped(cell);
      }),
    );
    cell.tell(task('b'));
    await workshop.settle();
    expect(await left).to.deep.equal([]);
    expect(worker.handled).to.deep.equal(['a', 'b']);
  });

  it('is not stopped twice', async () => {
    const { cell } = workshop.hire();
    const left = stopped(cell);
    const again = (): void => {
      cell.stop(() => undefined);
    };
    expect(again).to.throw(TypeError, 'workshop/worker is stopping already');
    await left;
    expect(again).to.throw(TypeError, 'workshop/worker is stopped already');
  });

  // nact: an exception in afterStop is uncaught.
  it('survives an exception in its stop callback', async () => {
    const { cell } = workshop.hire();
    cell.stop(() => {
      throw new Error('not now');
    });
    await workshop.settle();
    expect(cell.status).to.equal('stopped');
    expect(workshop.logger.events()).to.deep.equal(['stop handler failed']);
  });

  it('cannot be restarted', async () => {
    const { worker, cell } = workshop.hire();
    await stopped(cell);
    cell.restart(task('a'));
    await workshop.settle();
    expect(worker.handled).to.deep.equal([]);
    expect(workshop.alive).to.equal(0);
    expect(workshop.system.deadLetters.total).to.equal(1);
  });
});

describe('an actor that retires', () => {
  let workshop: Workshop;

  beforeEach(() => {
    workshop = new Workshop();
  });

  it('is gone at once, and its name is free within the same handler', async () => {
    const { worker, cell } = workshop.hire();
    let next: ReturnType<Workshop['hire']> | undefined;
    cell.tell(
      task('last', () => {
        expect(cell.stopIfIdle()).to.equal(true);
        expect(workshop.system.running).to.equal(0);
        next = workshop.hire();
        next.cell.tell(task('first'));
      }),
    );
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['last']);
    expect(next?.worker.handled).to.deep.equal(['first']);
    expect(workshop.alive).to.equal(1);
    expect(workshop.system.running).to.equal(1);
  });

  it('may not, while messages wait', async () => {
    const { worker, cell } = workshop.hire();
    const answers: boolean[] = [];
    for (const kind of ['a', 'b']) cell.tell(task(kind, () => answers.push(cell.stopIfIdle())));
    await workshop.settle();
    expect(answers).to.deep.equal([false, true]);
    expect(worker.handled).to.deep.equal(['a', 'b']);
  });

  it('may not, once it is told to stop, or is down, or has retired', async () => {
    const stopping = workshop.hire('stopping').cell;
    const left = stopped(stopping);
    expect(stopping.stopIfIdle()).to.equal(false);
    await left;
    expect(stopping.stopIfIdle()).to.equal(false);
    const down = workshop.hire('down').cell;
    down.tell(poison('bad'));
    await workshop.settle();
    expect(down.stopIfIdle()).to.equal(false);
    const retired = workshop.hire('retired').cell;
    expect([retired.stopIfIdle(), retired.stopIfIdle()]).to.deep.equal([true, false]);
    expect(workshop.system.running).to.equal(0);
  });

  // nact: stop and respawn gives two live incarnations, and old refs reach the new one.
  it('leaves its name to others, whom its old ref never reaches', async () => {
    const { worker, cell } = workshop.hire();
    cell.stopIfIdle();
    const next = workshop.hire();
    expect(cell.tell(task('for the old one'))).to.equal('stopped');
    cell.tellUnbounded(task('for the old one too'));
    cell.restart(task('and this'));
    next.cell.tell(task('for the new one'));
    await workshop.settle();
    expect(worker.handled).to.deep.equal([]);
    expect(next.worker.handled).to.deep.equal(['for the new one']);
    expect(workshop.system.deadLetters.total).to.equal(2);
  });

  it('comes and goes a thousand times under one name, one at a time', async () => {
    for (let round = 0; round < 1000; round++) {
      const { worker, cell } = workshop.hire();
      cell.tell(task('a', () => (round % 2 === 0 ? cell.stopIfIdle() : undefined)));
      if (round % 2 === 0) await workshop.pass();
      else await stopped(cell);
      expect(worker.handled).to.deep.equal(['a']);
      expect(workshop.alive).to.equal(0);
    }
    expect(workshop.system.running).to.equal(0);
  });
});
