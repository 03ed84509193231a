import { readdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { levelStores } from '../../../src/adapters/level/level-history-store.js';
import { HeartbeatError } from '../../../src/errors.js';
import { opened, user } from '../../contract/history-store/reading.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';

describe('a data directory', () => {
  let directory: TemporaryDirectory;
  let data: string;
  beforeEach(async () => {
    directory = await temporaryDirectory();
    data = path.join(directory.path, 'data');
  });
  afterEach(() => directory.remove());

  async function made(partitions: number, ...ids: readonly (string | undefined)[]): Promise<void> {
    const storeOf = levelStores(data, partitions, {});
    for (const id of ids) {
      const store = storeOf(id);
      await store.open();
      await store.close();
    }
  }

  /** As a daemon that has run leaves it. */
  async function used(partitions: number, ...ids: readonly (string | undefined)[]): Promise<void> {
    const storeOf = levelStores(data, partitions, {});
    for (const id of ids) {
      const store = storeOf(id);
      await store.open();
      await store.write([{ kind: 'recovered', recovery: { generation: 1, silent: [] } }]);
      await store.close();
    }
  }

  async function refusal(partitions: number, id?: string): Promise<HeartbeatError> {
    const refused: unknown = await made(partitions, id).catch((error: unknown) => error);
    if (!(refused instanceof HeartbeatError)) throw new Error('it was not refused');
    expect(refused.code).to.equal('HEARTBEAT_WRONG_PARTITIONS');
    return refused;
  }

  it('holds one history for its owner only, or one for each partition', async () => {
    await made(2, 'users-0', 'users-1', 'watch');
    expect(await readdir(data)).to.deep.equal(['partitions-2']);
    const inside = path.join(data, 'partitions-2');
    expect((await readdir(inside)).sort()).to.deep.equal(['users-0', 'users-1', 'watch']);
    for (const made of [data, inside, path.join(inside, 'users-0')])
      expect((await stat(made)).mode & 0o777).to.equal(0o700);
  });

  it('gives each partition its own records', async () => {
    const storeOf = levelStores(data, 2, {});
    const [one, other] = [storeOf('users-0'), storeOf('users-1')];
    await one.open();
    await other.open();
    await one.write([opened(user(1), 1000)]);
    for (const [store, expected] of [
      [one, 1],
      [other, 0],
    ] as const) {
      let sessions = 0;
      for await (const chunk of store.openSessions()) sessions += chunk.length;
      expect(sessions).to.equal(expected);
      await store.close();
    }
  });

  it('keeps the number of partitions that it was made with', async () => {
    await used(4, 'users-0');
    expect((await refusal(5, 'users-0')).message).to.equal(
      `${data} was made with 4 partitions: set partitions to 4, or choose another data_dir`,
    );
    await refusal(1);
    await made(4, 'users-0');
  });

  it('gets no partitions once it was made without', async () => {
    await used(1, undefined);
    expect((await refusal(4, 'watch')).message).to.equal(
      `${data} was made with no partitions: set partitions to 1, or choose another data_dir`,
    );
    expect(await readdir(data)).to.deep.equal(['history']);
  });

  it('is not bound to the number of partitions of a failed start', async () => {
    await made(4, 'users-0', 'watch');
    await made(1, undefined);
    await used(2, 'users-0');
    await refusal(4, 'users-0');
    await made(2, 'users-0');
  });

  it('is refused with any number of partitions if two layouts are in one place', async () => {
    await used(4, 'users-2');
    await rename(path.join(data, 'partitions-4'), path.join(directory.path, 'aside'));
    await used(1, undefined);
    await rename(path.join(directory.path, 'aside'), path.join(data, 'partitions-4'));
    const inAnyOrder =
      /holds (history and partitions-4|partitions-4 and history), .*: move all but the one to use/;
    for (const partitions of [1, 4])
      expect((await refusal(partitions, partitions === 1 ? undefined : 'watch')).message).to.match(
        inAnyOrder,
      );
    await refusal(5, 'users-0');
  });

  it('is given to one of two that begin at once with different numbers', async () => {
    for (let round = 0; round < 10; round++) {
      const [two, four, one] = [
        levelStores(data, 2, {})('users-0'),
        levelStores(data, 4, {})('users-0'),
        levelStores(data, 1, {})(undefined),
      ];
      const opened = await Promise.allSettled([two, four, one].map((store) => store.open()));
      expect(opened.filter(({ status }) => status === 'fulfilled')).to.have.length.within(0, 1);
      for (const store of [two, four, one]) await store.close();
    }
  });
});
