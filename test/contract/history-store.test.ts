import { PostgresProcess } from '../support/postgres-process.js';
import { describeHistoryStore } from './history-store.js';
import { describeSqlAndHttp } from './sql-and-http.js';
import { describeSqlFunctions } from './sql-functions.js';
import { levelSubject, memorySubject, postgresSubject } from './subjects.js';

describeHistoryStore('memory', memorySubject);
describeHistoryStore('LevelDB', levelSubject);

describe('with a real PostgreSQL', () => {
  let postgres: PostgresProcess;
  before(async () => {
    postgres = await PostgresProcess.start('fsync=off');
    await postgres.init();
  });
  after(() => postgres.remove());

  describeHistoryStore('PostgreSQL', () => postgresSubject(postgres));
  describeSqlFunctions(() => postgres);
  describeSqlAndHttp(() => postgres);
});
