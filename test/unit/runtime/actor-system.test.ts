import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parseUserId } from '../../../src/domain/user-id.js';
import { WITH_TYPESCRIPT } from '../../support/typescript.js';
import { collectGarbage } from './garbage.js';
import { poison, task, Workshop } from './workshop.js';

const run = promisify(execFile);

describe('an actor system', () => {
  let workshop: Workshop;

  beforeEach(() => {
    workshop = new Workshop();
  });

  it('names its actors by path', () => {
    const { system, place } = workshop;
    const shard = system.place(place, 'shard-3');
    expect(shard.path).to.equal('workshop/shard-3');
    const { worker } = workshop.hire();
    expect(system.spawn(shard, '42', worker, { mailbox: 1 }).path).to.equal('workshop/shard-3/42');
  });

  it('counts its actors exactly, and no places', async () => {
    const cells = Array.from({ length: 50 }, (_, n) => workshop.hire(`worker-${n}`).cell);
    expect(workshop.system.running).to.equal(50);
    cells.slice(0, 10).forEach((cell) => cell.tell(poison('bad')));
    cells.slice(10, 20).forEach((cell) => cell.stopIfIdle());
    cells.slice(20, 30).forEach((cell) => {
      cell.stop(() => undefined);
    });
    await workshop.settle();
    expect(workshop.system.running).to.equal(20);
    expect(workshop.alive).to.equal(20);
    cells.slice(0, 10).forEach((cell) => {
      cell.restart();
    });
    expect(workshop.system.running).to.equal(30);
  });

  // nact: an invalid option leaves a zombie that holds the name; names refuse much.
  it('refuses a bad name, and nothing of it stays', () => {
    for (const name of ['', 'a/b', 'a b', 'a%20', 'a@b', 'a:b', 'ä', '\n']) {
      expect(() => workshop.hire(name), JSON.stringify(name)).to.throw();
    }
    expect(workshop.alive).to.equal(0);
    expect(workshop.system.running).to.equal(0);
  });

  it('takes every user id for a name', async () => {
    for (const id of ['0', '-1', '9223372036854775807', '-9223372036854775808']) {
      const { worker, cell } = workshop.hire(String(parseUserId(id)));
      cell.tell(task('a'));
      await workshop.settle();
      expect(worker.handled).to.deep.equal(['a']);
    }
  });

  it('refuses a name that is taken, and leaves its owner alone', async () => {
    const { worker, cell } = workshop.hire();
    expect(() => workshop.hire()).to.throw('already exists');
    expect(workshop.system.running).to.equal(1);
    cell.tell(task('a'));
    await workshop.settle();
    expect(worker.handled).to.deep.equal(['a']);
  });

  // nact: start('name') is ignored.
  it('is another one than the next, though everything in them has the same name', async () => {
    const other = new Workshop();
    expect(other.system.path).to.not.equal(workshop.system.path);
    const here = workshop.hire();
    const there = other.hire();
    here.cell.tell(task('here'));
    there.cell.tell(task('there'));
    other.system.stop();
    await workshop.settle();
    expect([here.worker.handled, there.worker.handled]).to.deep.equal([['here'], ['there']]);
    expect([here.cell.status, there.cell.status]).to.deep.equal(['running', 'stopped']);
  });

  // nact copies the map of a parent's children for every message to the parent.
  it('copies nothing for a message, however many siblings its actor has', async () => {
    const { place } = workshop;
    const cells = Array.from({ length: 100 }, (_, n) => workshop.hire(`worker-${n}`).cell);
    const { children } = place.nact;
    let copies = 0;
    const iterate = children[Symbol.iterator].bind(children);
    children[Symbol.iterator] = () => {
      copies++;
      return iterate();
    };
    for (const cell of cells) cell.tell(task('a'));
    cells[0]?.tell(poison('bad'));
    await workshop.settle();
    expect(copies).to.equal(0);
  });

  it('keeps nothing of a message once it is handled', async () => {
    const { cell } = workshop.hire();
    const references = await toldAndForgotten((message) => cell.tell(message));
    await workshop.settle();
    collectGarbage();
    expect(references.map((reference) => reference.deref())).to.deep.equal(references.map(() => undefined));
  });

  // nact has timers: of idle actors, and of queries.
  it('does not keep the process alive', async () => {
    const fixture = fileURLToPath(new URL('idle-process.ts', import.meta.url));
    const { stdout } = await run(process.execPath, [...WITH_TYPESCRIPT, fixture], { timeout: 15_000 });
    expect(stdout).to.equal('2 alive');
  });
});

describe('a place', () => {
  it('is the same one, with its load, when it is asked for again', () => {
    const { system, place } = new Workshop();
    const inner = system.place(place, 'inner');
    expect(system.place(place, 'inner')).to.equal(inner);
    expect(system.place(inner, 'inner')).not.to.equal(inner);
    expect([...system.places].map(({ path }) => path)).to.deep.equal([
      'workshop',
      'workshop/inner',
      'workshop/inner/inner',
    ]);
  });
});

describe('an actor system that stops', () => {
  // nact: stop does not cascade, neither from an actor nor from a system.
  it('stops every remaining actor, once it has handled its messages', async () => {
    const workshop = new Workshop();
    const { system, place } = workshop;
    const inner = system.place(place, 'inner');
    const { worker, cell } = workshop.hire();
    const nested = system.spawn(inner, 'nested', worker, { mailbox: 10 });
    cell.tell(task('a'));
    nested.tell(task('b'));
    system.stop();
    expect(cell.tell(task('c'))).to.equal('stopped');
    await workshop.settle();
    expect(worker.handled).to.have.members(['a', 'b']);
    expect([cell.status, nested.status]).to.deep.equal(['stopped', 'stopped']);
    expect(system.running).to.equal(0);
    expect(() => workshop.hire('late')).to.throw();
  });

  it('turns unhandled messages into dead letters: of crashed actors, and of those that crash while they stop', async () => {
    const workshop = new Workshop();
    const { cell } = workshop.hire('down');
    for (const message of [poison('bad'), task('a')]) cell.tell(message);
    await workshop.settle();
    const falling = workshop.hire('falling').cell;
    for (const message of [poison('worse'), task('b')]) falling.tell(message);
    workshop.system.stop();
    await workshop.settle();
    const { recent } = workshop.system.deadLetters;
    expect(recent.map(({ message }) => message)).to.have.members(['a', 'worse', 'b']);
    cell.restart(task('c'));
    expect(workshop.system.deadLetters.total).to.equal(4);
    expect(workshop.system.running).to.equal(0);
  });

  it('ignores actors that are stopping already, and may be called twice', async () => {
    const workshop = new Workshop();
    const { cell } = workshop.hire();
    let left: unknown;
    cell.stop((tasks) => {
      left = tasks;
    });
    workshop.system.stop();
    workshop.system.stop();
    await workshop.settle();
    expect(left).to.deep.equal([]);
  });
});

/** Sends in a frame of its own, so that no local variable keeps a message. */
async function toldAndForgotten(tell: (message: { kind: string }) => unknown): Promise<WeakRef<object>[]> {
  const references = Array.from({ length: 10 }, () => {
    const message = task('a');
    tell(message);
    return new WeakRef(message);
  });
  await Promise.resolve();
  return references;
}
