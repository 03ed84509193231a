import { expect } from 'chai';
import { kinds, poison, stopped, task, Workshop, type Task } from './workshop.js';

describe('an actor that crashes', () => {
  let workshop: Workshop;
  let unhandled: unknown[];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };

  beforeEach(() => {
    workshop = new Workshop();
    unhandled = [];
    process.on('unhandledRejection', note);
    process.on('uncaughtExceptionMonitor', note);
  });

  afterEach(async () => {
    await workshop.settle();
    process.off('unhandledRejection', note);
    process.off('uncaughtExceptionMonitor', note);
    expect(unhandled).to.deep.equal([]);
  });

  it('is reported once, with the error and the message', async () => {
    const { worker, cell } = workshop.hire();
    const bad = poison('bad');
    cell.tell(bad);
    await workshop.settle();
    expect(worker.crashes).to.have.length(1);
    expect(worker.crashes[0]?.message).to.equal(bad);
    expect(worker.crashes[0]?.error.message).to.equal('bad is poison');
  });

  // nact drops the mailbox of an actor that stops.
  it('keeps waiting messages: the retried one first, then older ones, then new ones', async () => {
    const { worker, cell } = workshop.hire();
    for (const message of [task('a'), poison('bad', 1), task('b'), task('c')]) cell.tell(message);
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['a']);
    cell.tell(task('d'));
    expect(cell.waiting).to.equal(3);
    expect(cell.status).to.equal('crashed');
    cell.restart(worker.crashes[0]?.message);
    cell.tell(task('e'));
    expect(cell.waiting).to.equal(5);
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['a', 'bad', 'b', 'c', 'd', 'e']);
    expect(cell.waiting).to.equal(0);
  });

  it('handles nothing until it is restarted, however long that takes', async () => {
    const { worker, cell } = workshop.hire();
    cell.tell(poison('bad'));
    cell.tell(task('a'));
    await workshop.settle();
    cell.tell(task('b'));
    await workshop.settle();
    expect(worker.handled).to.deep.equal([]);
    expect(workshop.system.running).to.equal(0);
    cell.restart();
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['a', 'b']);
  });

  it('handles messages that its handler sent before the crash after all queued ones', async () => {
    const { worker, cell } = workshop.hire();
    worker.whenCrashed = () => cell.restart();
    cell.tell(
      task('bad', () => {
        cell.tell(task('told by bad'));
        throw new Error('after telling');
      }),
    );
    cell.tell(task('a'));
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['a', 'told by bad']);
  });

  // nact: reset and resume from another's fault run a second handler beside the first.
  it('has one nact actor at a time through a hundred crashes, and handles nothing twice', async () => {
    const { worker, cell } = workshop.hire();
    worker.whenCrashed = ({ message }) => cell.restart(message);
    for (let n = 0; n < 100; n++) cell.tell(poison(`m${n}`, 1));
    for (let step = 0; step < 700; step++) {
      await workshop.pass();
      expect(workshop.alive).to.be.at.most(1);
      expect(workshop.system.running).to.equal(workshop.alive);
    }
    expect(worker.handled).to.deep.equal(Array.from({ length: 100 }, (_, n) => `m${n}`));
    expect(worker.crashes).to.have.length(100);
  });

  it('does not touch its siblings', async () => {
    const { cell } = workshop.hire('faulty');
    const sibling = workshop.hire('sibling');
    cell.tell(poison('bad'));
    sibling.cell.tell(task('a'));
    await workshop.settle();
    sibling.cell.tell(task('b'));
    await workshop.settle();
    expect(sibling.worker.handled).to.deep.equal(['a', 'b']);
    expect(sibling.worker.crashes).to.deep.equal([]);
  });

  it('is restarted once, however often somebody asks; a message that comes with that is not lost', async () => {
    const { worker, cell } = workshop.hire();
    cell.restart();
    cell.tell(poison('bad'));
    cell.tell(task('a'));
    await workshop.settle();
    cell.restart();
    cell.restart(task('b'));
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['a', 'b']);
    expect(workshop.alive).to.equal(1);
  });

  it('cannot be restarted before it is down: the crash handler decides', async () => {
    const { worker, cell } = workshop.hire();
    cell.tell(
      task('bad', () => {
        queueMicrotask(() => {
          expect(cell.status).to.equal('crashed');
          cell.restart();
        });
        throw new Error('bad');
      }),
    );
    await workshop.settle();
    expect(worker.crashes).to.have.length(1);
    expect(cell.status).to.equal('crashed');
  });

  // nact: an exception in onCrash is an unhandled rejection, and the actor is wedged.
  it('goes on without the message when the handling of its crash fails', async () => {
    const { worker, cell } = workshop.hire();
    worker.whenCrashed = () => {
      throw new Error('and I do not know what to do');
    };
    for (const message of [poison('bad'), task('a')]) cell.tell(message);
    await workshop.settle();
    cell.tell(task('b'));
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['a', 'b']);
    expect(kinds(deadLetters())).to.deep.equal(['bad']);
    expect(workshop.logger.events()).to.deep.equal(['crash handler failed']);
  });

  it('stays restarted if the crash handler throws after the restart', async () => {
    const { worker, cell } = workshop.hire();
    worker.whenCrashed = ({ message }) => {
      cell.restart(message);
      throw new Error('too late');
    };
    cell.tell(poison('bad', 1));
    cell.tell(task('a'));
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['bad', 'a']);
    expect(deadLetters()).to.deep.equal([]);
    expect(workshop.logger.events()).to.deep.equal(['crash handler failed']);
  });

  it('makes queued messages dead letters if it cannot be restarted', async () => {
    const { worker, cell } = workshop.hire('worker');
    worker.whenCrashed = () => {
      workshop.hire('worker');
      cell.restart();
    };
    cell.tell(poison('bad'));
    cell.tell(task('a'));
    await workshop.settle();
    expect(kinds(deadLetters())).to.deep.equal(['bad', 'a']);
    expect(cell.tell(task('b'))).to.equal('stopped');
    expect(workshop.logger.events()).to.deep.equal(['crash handler failed', 'restart failed']);
  });

  it('survives any thrown value', async () => {
    const { worker, cell } = workshop.hire();
    worker.whenCrashed = () => cell.restart();
    const unspeakable: unknown = Object.create(null);
    const hostile = {
      toString: () => {
        throw new Error('no');
      },
    };
    const things: unknown[] = [undefined, null, 0, 'text', Symbol('s'), unspeakable, hostile];
    for (const thing of things) {
      cell.tell(
        task('throw', () => {
          throw thing;
        }),
      );
    }
    cell.tell(task('a'));
    await workshop.settle();
    expect(worker.crashes.map(({ error }) => error.message)).to.deep.equal([
      'undefined',
      'null',
      '0',
      'text',
      'Symbol(s)',
      'what was thrown cannot be shown',
      'what was thrown cannot be shown',
    ]);
    expect(worker.handled).to.deep.equal(['a']);
  });

  // nact: a crash after stop runs afterStop twice, and some answers to it throw.
  it('after it has retired is logged, and its message is a dead letter', async () => {
    const { worker, cell } = workshop.hire();
    cell.tell(
      task('last', () => {
        expect(cell.stopIfIdle()).to.equal(true);
        throw new Error('after the end');
      }),
    );
    await workshop.settle();
    expect(worker.crashes, 'its owner has let go of it').to.deep.equal([]);
    expect(kinds(deadLetters())).to.deep.equal(['last']);
    expect(workshop.logger.events()).to.deep.equal(['handler failed']);
    expect(workshop.system.running).to.equal(0);
  });

  it('can be stopped while it is down', async () => {
    const { cell } = workshop.hire();
    for (const message of [poison('bad'), task('a'), task('b')]) cell.tell(message);
    await workshop.settle();
    expect(await stopped(cell)).to.deep.equal(['a', 'b']);
    expect(cell.tell(task('c'))).to.equal('stopped');
    expect(workshop.hire().cell.tell(task('c')), 'its name is free').to.equal('queued');
  });

  it('can be stopped by the crash handler', async () => {
    const { worker, cell } = workshop.hire();
    let left: readonly Task[] = [];
    worker.whenCrashed = ({ message }) => {
      cell.stop((tasks) => {
        left = tasks;
      });
      cell.restart(message);
    };
    cell.tell(poison('bad'));
    cell.tell(task('a'));
    await workshop.settle();
    expect(kinds(left)).to.deep.equal(['a']);
    expect(kinds(deadLetters()), 'restarted too late').to.deep.equal(['bad']);
  });

  function deadLetters(): Task[] {
    return workshop.system.deadLetters.recent.map(({ message }) => ({ kind: message }));
  }
});
