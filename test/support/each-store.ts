import { randomUUID } from 'node:crypto';
import { PostgresProcess } from './postgres-process.js';
import { IS_ON_POSTGRES } from './databases.js';
import type { StartFlags, TestResources } from './test-resources.js';

/** Where the daemons of a test keep their history, one after the other. */
interface StoreOfDaemons {
  readonly dataDirectory: string;
  /** The flags that make a daemon use it. */
  readonly flags: StartFlags;
  /** For `readHistory` and `writeHistory`. */
  readonly place: string;
  /** After a kill: the next daemon need not wait for 10 s until the row of the killed one has expired. */
  readonly expire: () => Promise<void>;
}

export interface StoreKind {
  readonly isDatabase: boolean;
  readonly make: (resources: TestResources) => Promise<StoreOfDaemons>;
}

/** Runs a suite with daemons on LevelDB, and once more with daemons on a real PostgreSQL. */
export function describeOnEachStore(title: string, suite: (kind: StoreKind) => void): void {
  if (!IS_ON_POSTGRES)
    describe(`${title}, on LevelDB`, () => {
      suite(LEVELDB);
    });
  describe(`${title}, on PostgreSQL`, () => {
    let postgres: PostgresProcess;
    before(async () => {
      postgres = await PostgresProcess.start('fsync=off');
    });
    after(() => postgres.remove());
    suite({ isDatabase: true, make: (resources) => storeIn(postgres, resources) });
  });
}

const LEVELDB: StoreKind = {
  isDatabase: false,
  make: (resources) => {
    const dataDirectory = resources.directory();
    return Promise.resolve({
      dataDirectory,
      flags: {},
      place: dataDirectory,
      expire: () => Promise.resolve(),
    });
  },
};

/** A database of its own. */
async function storeIn(postgres: PostgresProcess, resources: TestResources): Promise<StoreOfDaemons> {
  const database = `t${randomUUID().replaceAll('-', '')}`;
  await postgres.createDatabase(database);
  const place = postgres.url(database);
  return {
    dataDirectory: resources.directory(),
    flags: { store: place },
    place,
    expire: async () => {
      const aged = "update heartbeat.daemon set renewed_at = renewed_at - interval '10 s'";
      await postgres.query(aged, [], database);
    },
  };
}
