import { expect } from 'chai';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { EFFORT } from '../support/effort.js';
import { expectNoFault, hostileRequest } from '../support/hostile-requests.js';
import { TestResources } from '../support/test-resources.js';
import { keyLine } from '../support/keys.js';

/** Before a release and after a change to src/http, let it send more of them. */
const REQUESTS = 2_500 * EFFORT;

describe('every route of the built daemon with random requests', function () {
  const resources = new TestResources();
  this.timeout(REQUESTS * 200);

  afterEach(() => resources.clear());

  it(`answers ${REQUESTS} requests without a 500 or a leaked error, and stays up`, async () => {
    const directory = resources.directory();
    const config = path.join(directory, 'heartbeat.yaml');
    writeFileSync(config, `auth:\n  keys:\n${keyLine('ops')}${keyLine('app', 'heal, read')}`);
    const daemon = await resources.daemon(path.join(directory, 'data'), { config });
    const port = Number(new URL(daemon.url).port);
    await fc.assert(
      fc.asyncProperty(hostileRequest, (made) => expectNoFault(port, made)),
      { numRuns: REQUESTS, endOnFailure: true },
    );
    const headers = { authorization: 'Bearer ops' };
    const alive = await fetch(`${daemon.url}/heal/1`, { method: 'PUT', headers });
    expect(await alive.json()).to.deep.equal({ status: 'online' });
    expect(daemon.log.filter(({ level }) => level === 'error')).to.deep.equal([]);
    expect(daemon.running).to.equal(true);
  });
});
