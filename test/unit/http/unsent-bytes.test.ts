import { Socket } from 'node:net';
import { expect } from 'chai';
import { UnsentBytes } from '../../../src/http/server/unsent-bytes.js';

const MOST = 1000;
const PATIENCE = 30;
const HASTE = 5;

describe('bytes that wait for their clients', () => {
  const cut: Socket[] = [];
  const begin = (heapLimit = 1_000_000) =>
    new UnsentBytes(MOST, { heapLimit, reset: (socket) => cut.push(socket) });
  const pass = (unsent: UnsentBytes, ticks: number, inStreams = 0) => {
    for (let tick = 0; tick < ticks; tick++) unsent.tick(inStreams, PATIENCE, HASTE);
  };

  beforeEach(() => {
    cut.splice(0);
  });

  it('count until they are taken, once, or until the connection is closed', () => {
    const unsent = begin();
    const [one, other] = [new Socket(), new Socket()];
    const taken = [unsent.add(one, 300), unsent.add(one, 400), unsent.add(other, 200)];
    expect([unsent.size, unsent.isFull]).to.deep.equal([900, false]);
    taken[0]?.();
    taken[0]?.();
    expect(unsent.size).to.equal(600);
    one.emit('close');
    taken[1]?.();
    expect(unsent.size).to.equal(200);
    taken[2]?.();
    expect(unsent.size).to.equal(0);
    expect(other.listenerCount('close')).to.equal(new Socket().listenerCount('close'));
  });

  it('count for nothing on a connection that is closed already', () => {
    const unsent = begin();
    const socket = new Socket().destroy();
    const taken = unsent.add(socket, 300);
    expect(unsent.size).to.equal(0);
    taken();
    expect(unsent.size).to.equal(0);
  });

  it('are no more than a sixteenth of the heap, also after a reload', () => {
    const unsent = begin(16 * 100);
    unsent.add(new Socket(), 100);
    expect(unsent.isFull).to.equal(true);
    unsent.allow(5000);
    expect(unsent.isFull).to.equal(true);
    const other = begin();
    other.add(new Socket(), 100);
    expect(other.isFull).to.equal(false);
    other.allow(100);
    expect(other.isFull).to.equal(true);
  });

  it('end the connection of a client that takes nothing for long', () => {
    const unsent = begin();
    const [reads, sleeps] = [new Socket(), new Socket()];
    unsent.add(reads, 100);
    unsent.add(sleeps, 100);
    for (let round = 0; round < 3; round++) {
      pass(unsent, PATIENCE / 2);
      unsent.progressed(reads);
    }
    expect(cut).to.deep.equal([sleeps]);
    expect([unsent.size, unsent.cutOff]).to.deep.equal([100, 1]);
    pass(unsent, PATIENCE);
    expect(cut).to.have.length(1);
    pass(unsent, 1);
    expect(cut).to.deep.equal([sleeps, reads]);
  });

  it('end it sooner while there are too many of them, in streams of events too', () => {
    for (const inStreams of [0, 900]) {
      cut.splice(0);
      const unsent = begin();
      const sockets = [new Socket(), new Socket()];
      for (const socket of sockets) unsent.add(socket, inStreams > 0 ? 100 : 600);
      pass(unsent, HASTE, inStreams);
      expect(cut).to.deep.equal([]);
      expect(unsent.isFull).to.equal(true);
      pass(unsent, 1, inStreams);
      // The second one has its time again: there are not too many bytes any more.
      expect(cut).to.deep.equal(sockets.slice(0, inStreams > 0 ? 2 : 1));
    }
  });

  it('end those that have taken nothing for longest at once beyond twice the bound, and never the newest', () => {
    const unsent = begin();
    const [first, second, newest] = [new Socket(), new Socket(), new Socket()];
    unsent.add(first, 800);
    unsent.add(second, 800);
    unsent.progressed(first);
    unsent.add(newest, 800);
    expect(cut).to.deep.equal([second]);
    expect(unsent.size).to.equal(1600);
    unsent.add(new Socket(), 800);
    expect(cut).to.deep.equal([second, first]);
  });

  it('end no other connection for what one has beyond the bound', () => {
    const unsent = begin();
    const [waiting, large] = [new Socket(), new Socket()];
    unsent.add(waiting, 800);
    unsent.add(large, 5000);
    expect([cut, unsent.size]).to.deep.equal([[], 5800]);
    unsent.add(new Socket(), 900);
    expect(cut).to.deep.equal([waiting, large]);
  });
});
