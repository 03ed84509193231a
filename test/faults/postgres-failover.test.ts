import { expect } from 'chai';
import { heal, history, supervision } from '../support/calls.js';
import { eventually } from '../support/eventually.js';
import { PostgresProcess } from '../support/postgres-process.js';
import { TestResources } from '../support/test-resources.js';

const USERS = 20;

describe('a daemon on two servers, one of which is a synchronous standby', () => {
  const resources = new TestResources();
  let primary: PostgresProcess;
  let standby: PostgresProcess;
  before(async () => {
    primary = await PostgresProcess.start('fsync=off');
    await primary.init();
    standby = await primary.standby();
  });
  after(async () => {
    await resources.clear();
    await primary.remove();
    await standby.remove();
  });

  it('goes on with all its sessions when the standby takes over', async () => {
    const store = `postgres://postgres@127.0.0.1:${String(primary.port)},127.0.0.1:${String(standby.port)}/postgres`;
    const { url } = await resources.daemon(resources.directory(), { store, 'session-timeout': 600 });
    for (let user = 1; user <= USERS; user++) expect((await heal(url, user)).status).to.equal(200);
    await primary.stop('SIGQUIT');
    expect((await heal(url, 1_000)).status).to.equal(503);
    expect((await heal(url, 1)).status).to.equal(200);
    await standby.query('select pg_promote()');
    await eventually(async () => expect((await heal(url, 2_000)).status).to.equal(200));
    await eventually(async () => expect((await supervision(url)).status).to.equal('ready'));
    for (let user = 1; user <= USERS; user++) expect(await history(url, user)).to.have.length(1);
    expect(await history(url, 1_000)).to.deep.equal([]);
  });
});
