import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { removeOld, writeWhole } from '../../../src/cli/store/backup-file.js';
import { HeartbeatError } from '../../../src/errors.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';

const { signal } = new AbortController();

describe('the file of a backup', () => {
  let directory: TemporaryDirectory;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => directory.remove());

  it('is never the unfinished one of another run that writes the same name', async () => {
    const file = path.join(directory.path, 'backup.ndjson');
    let begun = (): void => undefined;
    let finish = (): void => undefined;
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const isFinished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    async function* second(): AsyncGenerator<string> {
      yield 'the half, ';
      begun();
      await isFinished;
      yield 'and the rest';
    }
    let other: Promise<void> | undefined;
    async function* first(): AsyncGenerator<string> {
      yield 'all of the first';
      other = writeWhole(file, second(), { signal, goesOn: false });
      await isBegun;
    }
    const error: unknown = await writeWhole(file, first(), { signal, goesOn: false }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(HeartbeatError);
    expect(String(error)).to.include('another backup is being written to');
    expect(await readdir(directory.path)).to.deep.equal(['backup.ndjson.partial']);
    finish();
    await other;
    expect(await readdir(directory.path)).to.deep.equal(['backup.ndjson']);
    expect(await readFile(file, 'utf8')).to.equal('the half, and the rest');
  });

  it('is removed with those that were killed before their end, but for what may still be written', async () => {
    const named = (day: number) => `heartbeat-202601${String(day).padStart(2, '0')}T000000Z.ndjson.gz`;
    const mine = ['heartbeat.ndjson.gz.partial', 'other.partial'];
    for (const name of [
      named(1),
      `${named(2)}.partial`,
      named(3),
      `${named(4)}.partial`,
      named(5),
      `${named(6)}.partial`,
      ...mine,
    ])
      await writeFile(path.join(directory.path, name), '');
    expect(await removeOld(directory.path, 2)).to.deep.equal([
      named(1),
      `${named(2)}.partial`,
      `${named(4)}.partial`,
    ]);
    expect((await readdir(directory.path)).toSorted()).to.deep.equal(
      [named(3), named(5), `${named(6)}.partial`, ...mine].toSorted(),
    );
  });
});
