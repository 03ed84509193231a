import { expect } from 'chai';
import { daemonStateOf, restartsIn, type SupervisedChild } from '../../../web/daemon/supervision.js';
import {
  childAt,
  filterIn,
  foldedOrOpened,
  matchingIn,
  queryOf,
  rowsOf,
} from '../../../web/views/supervision/tree-rows.js';

const CRASH = { at: 1795318425, error: 'planned fault' };

/** As `GET /supervision` shows a tree. */
function treeWith(shards: number): SupervisedChild {
  const shard = (place: number): object => ({
    name: `shard-${place}`,
    status: 'running',
    restarts: 0,
    mailbox: 1,
    actors: 2,
    crashes: place === 3 ? 5 : 0,
    last_actor_crash: place === 3 ? CRASH : null,
  });
  const tree = {
    name: 'root',
    children: [
      { name: 'history', status: 'running', restarts: 1, last_crash: { ...CRASH, at: 1795318426 } },
      {
        name: 'users',
        status: 'running',
        restarts: 0,
        children: Array.from({ length: shards }, (_, at) => shard(at)),
      },
    ],
  };
  return daemonStateOf({ status: 'ready', tree }).tree;
}

const none = filterIn(new URLSearchParams());
const pathsOf = (...given: Parameters<typeof rowsOf>): readonly string[] =>
  rowsOf(...given).map(({ path }) => path.join('/'));

describe('the lines of the supervision tree in the dashboard', () => {
  it('fold a supervisor with many children, and say what is below it', () => {
    const rows = rowsOf(treeWith(1000), none);
    expect(rows.map(({ child, isOpen }) => [child.name, isOpen])).to.deep.equal([
      ['root', true],
      ['history', undefined],
      ['users', false],
    ]);
    expect(rows.at(-1)?.below).to.deep.equal({ restarts: 5, mailbox: 1000, actors: 2000 });
    expect(rowsOf(treeWith(12), none)).to.have.length(15);
  });

  it('open and fold by what the address says', () => {
    const tree = treeWith(13);
    const opened = foldedOrOpened(none, ['root', 'users'], true);
    expect(rowsOf(tree, opened)).to.have.length(16);
    expect(filterIn(new URLSearchParams(queryOf(opened)))).to.deep.equal(opened);
    expect(pathsOf(tree, foldedOrOpened(opened, ['root'], false))).to.deep.equal(['root']);
    expect(foldedOrOpened(foldedOrOpened(none, ['root'], false), ['root'], true).folded).to.deep.equal([]);
  });

  it('show what is looked for with its supervisors, though they are folded', () => {
    const tree = treeWith(1000);
    expect(pathsOf(tree, { ...none, only: 'crashed' })).to.deep.equal([
      'root',
      'root/history',
      'root/users',
      'root/users/shard-3',
    ]);
    expect(pathsOf(tree, { ...none, search: 'USERS/shard-77' })).to.have.length(2 + 11);
    expect(pathsOf(tree, { ...none, only: 'down' })).to.deep.equal([]);
    expect(matchingIn(tree)).to.deep.equal({ '': 1003, crashed: 2, waiting: 1000, down: 0 });
  });

  it('count restarts by supervisors and of actors, and find an actor by its path', () => {
    const tree = treeWith(20);
    expect(restartsIn(tree)).to.equal(6);
    expect(childAt(tree, ['root', 'users', 'shard-3'])?.lastCrash?.error).to.equal('planned fault');
    expect(childAt(tree, ['root', 'nobody', 'shard-3'])).to.equal(undefined);
    expect(childAt(tree, [])).to.equal(undefined);
  });
});
