import fc from 'fast-check';
import { levelStores } from '../../../src/adapters/level/level-history-store.js';
import { EFFORT } from '../../support/effort.js';
import { PARTITIONS } from '../../support/partitions.js';
import { Disk } from '../../support/model/disk.js';
import { PostgresProcess } from '../../support/postgres-process.js';
import { IS_ON_POSTGRES } from '../../support/databases.js';
import { diskUnderTest, postgresDisk } from '../../support/store-under-test.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

interface Suite<Trouble, Step, Setting> {
  readonly scenario: (troubles: readonly Trouble[]) => fc.Arbitrary<readonly Step[]>;
  /** What stays the same during a scenario. */
  readonly setting: fc.Arbitrary<Setting>;
  /** Runs the steps on a daemon and on its model, and throws if they differ. */
  readonly play: (disk: Disk, setting: Setting, steps: readonly Step[]) => Promise<void>;
}

/** The promises of a suite, for all requests and troubles. */
export class Promises<Trouble, Step, Setting> {
  readonly #suite: Suite<Trouble, Step, Setting>;

  constructor(suite: Suite<Trouble, Step, Setting>) {
    this.#suite = suite;
  }

  async hold(troubles: readonly Trouble[], runs = 25): Promise<void> {
    // A scenario in PostgreSQL takes some twenty times as long.
    await this.#assert(troubles, IS_ON_POSTGRES ? Math.ceil(runs / 10) : runs, async (play) => {
      const disk = diskUnderTest();
      try {
        await play(disk);
      } finally {
        await disk.detach();
      }
    });
  }

  async holdOnLevelDb(troubles: readonly Trouble[], runs: number): Promise<void> {
    await this.#assert(troubles, runs, async (play) => {
      const directory = await temporaryDirectory();
      const disk = new Disk(levelStores(directory.path, PARTITIONS, {}));
      try {
        await play(disk);
      } finally {
        await disk.detach();
        await directory.remove();
      }
    });
  }

  async holdOnPostgres(troubles: readonly Trouble[], runs: number): Promise<void> {
    const postgres = await PostgresProcess.start('fsync=off');
    try {
      await postgres.init();
      await this.#holdIn(postgres, troubles, runs);
    } finally {
      await postgres.remove();
    }
  }

  #holdIn({ address }: PostgresProcess, troubles: readonly Trouble[], runs: number): Promise<void> {
    return this.#assert(troubles, runs, async (play) => {
      const disk = postgresDisk(address);
      try {
        await play(disk);
      } finally {
        await disk.detach();
      }
    });
  }

  async #assert(
    troubles: readonly Trouble[],
    runs: number,
    withDisk: (play: (disk: Disk) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const { scenario, setting, play } = this.#suite;
    // The same scenarios also run without partitions, and take less than half of the time there.
    const number = PARTITIONS > 1 ? Math.ceil(runs / 3) : runs;
    await fc.assert(
      fc.asyncProperty(scenario(troubles), setting, (steps, given) =>
        withDisk((disk) => play(disk, given, steps)),
      ),
      { numRuns: number * EFFORT },
    );
  }
}
