import { expect } from 'chai';
import { Backlog, type Queued } from '../../../actors/history/backlog.js';
import { commitOf, refusalOf, usersToLookUp } from '../../../actors/history/commit.js';
import { instant } from '../../../src/domain/time.js';
import { user } from '../../support/ids.js';

const ANN = user(1);
const BEN = user(2);

function open(id: typeof ANN, at: number): Queued {
  return { kind: 'open', shard: 0, user: id, onlineAt: instant(at) };
}

function end(id: typeof ANN, from: number, to: number): Queued & { readonly kind: 'end' } {
  return { kind: 'end', user: id, session: session(from, to) };
}

function session(from: number, to: number): { onlineAt: never; offlineAt: never; lastSeen: never } {
  return {
    onlineAt: instant(from) as never,
    offlineAt: instant(to) as never,
    lastSeen: instant(to) as never,
  };
}

function watermark(at: number): Queued {
  return { kind: 'watermark', at: instant(at) };
}

describe('a commit', () => {
  it('looks nobody up while the wall clock goes on', () => {
    expect(usersToLookUp([open(ANN, 1000), end(BEN, 1, 1500), open(ANN, 1501)], 999)).to.deep.equal([]);
  });

  it('looks up a user whose session opens no later than the latest end', () => {
    expect(usersToLookUp([end(BEN, 1, 1500), open(ANN, 1500)], 999)).to.deep.equal([ANN]);
  });

  it('begins a session no sooner than the last one of that user ended', () => {
    const { records, settlements } = commitOf([open(ANN, 1000)], new Map([[ANN, session(500, 4000)]]), 4000);
    expect(records).to.deep.equal([{ kind: 'opened', user: ANN, onlineAt: 4000 }]);
    expect(settlements).to.deep.equal([{ shard: 0, user: ANN, stored: true, onlineAt: 4000 }]);
  });

  it('begins a session after an end that is in the same batch, and never at the beginning of the last one', () => {
    const last = new Map([[ANN, undefined]]);
    const { records } = commitOf([end(ANN, 5000, 5000), open(ANN, 1000)], last, 0);
    expect(records[1]).to.deep.equal({ kind: 'opened', user: ANN, onlineAt: 5001 });
  });

  it('undoes refused requests, and retries records that nobody requested', () => {
    const close: Queued = { kind: 'close', shard: 3, user: BEN, session: session(1, 2) };
    const commit = commitOf([open(ANN, 9), close, end(user(3), 4, 5), watermark(8)], new Map(), 0);
    const { retry, settlements } = refusalOf(commit, 'HEARTBEAT_STORE_REFUSES');
    expect(retry).to.deep.equal([
      { kind: 'undo', record: { kind: 'unopened', user: ANN } },
      { kind: 'undo', record: { kind: 'unended', user: BEN, onlineAt: 1, offlineAt: 2 } },
      end(user(3), 4, 5),
      watermark(8),
    ]);
    expect(settlements.map(({ shard, stored }) => [shard, stored])).to.deep.equal([
      [0, false],
      [3, false],
    ]);
  });
});

describe('the backlog', () => {
  it('hands out entries in order, at most so many at once', () => {
    const backlog = new Backlog();
    for (let at = 0; at < 5; at++) backlog.push(open(ANN, at));
    expect(backlog.take(2)).to.deep.equal([open(ANN, 0), open(ANN, 1)]);
    expect(backlog.take(9)).to.deep.equal([open(ANN, 2), open(ANN, 3), open(ANN, 4)]);
    expect(backlog.length).to.equal(0);
  });

  it('keeps an erasure to itself', () => {
    const backlog = new Backlog();
    const erase: Queued = { kind: 'erase', shard: 0, user: ANN, onlineAt: undefined };
    for (const entry of [open(ANN, 1), erase, open(BEN, 2)]) backlog.push(entry);
    expect(backlog.take(9)).to.deep.equal([open(ANN, 1)]);
    expect(backlog.take(9)).to.deep.equal([erase]);
    expect(backlog.take(9)).to.deep.equal([open(BEN, 2)]);
  });

  it('lets others pass an erasure of which a part is left, but nothing of its user and no other erasure', () => {
    const backlog = new Backlog();
    const erase = (id: typeof ANN): Queued => ({ kind: 'erase', shard: 0, user: id, onlineAt: undefined });
    const undo: Queued = { kind: 'undo', record: { kind: 'unopened', user: ANN } };
    const inOrder = [erase(ANN), open(BEN, 1), watermark(1), open(ANN, 2), open(BEN, 3), erase(BEN)];
    for (const entry of inOrder) backlog.push(entry);
    expect(backlog.take(9)).to.deep.equal([erase(ANN)]);
    backlog.putBack(erase(ANN));
    expect(backlog.take(9)).to.deep.equal([open(BEN, 1), watermark(1)]);
    expect(backlog.take(9)).to.deep.equal([erase(ANN)]);
    backlog.putBack(erase(ANN));
    expect(backlog.take(9), 'nothing may pass').to.deep.equal([erase(ANN)]);
    expect(backlog.take(9)).to.deep.equal([open(ANN, 2), open(BEN, 3)]);
    expect(backlog.take(9)).to.deep.equal([erase(BEN)]);
    for (const entry of [erase(BEN), open(ANN, 4), erase(ANN)]) backlog.push(entry);
    backlog.putBack(backlog.take(9)[0]!);
    expect(backlog.take(1)).to.deep.equal([open(ANN, 4)]);
    expect(backlog.take(9)).to.deep.equal([erase(BEN)]);
    backlog.putBack(erase(BEN));
    expect(backlog.take(9)).to.deep.equal([erase(BEN)]);
    backlog.restore([undo], () => true);
    backlog.putBack(erase(ANN));
    expect(backlog.take(9), 'it would remove what is put right again').to.deep.equal([erase(ANN)]);
  });

  it('keeps the last of several watermarks in a row, and those with something in between', () => {
    const backlog = new Backlog();
    for (const entry of [watermark(1), watermark(2), open(ANN, 1), watermark(3)]) backlog.push(entry);
    expect(backlog.take(9)).to.deep.equal([watermark(2), open(ANN, 1), watermark(3)]);
  });

  it('shows the ends that are not stored yet, until they are', () => {
    const backlog = new Backlog();
    backlog.push(end(ANN, 1, 2));
    backlog.push(end(ANN, 3, 4));
    backlog.take(9);
    expect(backlog.endedOf(ANN)).to.deep.equal([session(1, 2), session(3, 4)]);
    backlog.stored(ANN, session(1, 2));
    expect(backlog.endedOf(ANN)).to.deep.equal([session(3, 4)]);
    backlog.stored(ANN, session(3, 4));
    expect(backlog.endedOf(ANN)).to.deep.equal([]);
  });

  it('puts back what could not be written in front of the rest', () => {
    const backlog = new Backlog();
    for (const entry of [end(ANN, 1, 2), open(BEN, 3), watermark(4)]) backlog.push(entry);
    const taken = backlog.take(1);
    backlog.restore(taken, (entry) => entry.kind !== 'open');
    expect(backlog.take(9)).to.deep.equal([end(ANN, 1, 2), watermark(4)]);
  });
});
