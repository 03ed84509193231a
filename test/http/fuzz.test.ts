import { expect } from 'chai';
import fc from 'fast-check';
import { EFFORT } from '../support/effort.js';
import { expectNoFault, hostileRequest } from '../support/hostile-requests.js';
import { authOf, keyRule } from './auth/support.js';
import { DaemonOverHttp } from './nodes/support.js';

const RUNS = 400 * EFFORT;

// More of them, and against the built daemon: test/faults/fuzz.test.ts.
describe('every route, whatever is sent to it', function () {
  this.timeout(RUNS * 200);

  it(`answers ${RUNS} malicious requests, none with a 500, and continues`, async () => {
    const keys = [keyRule('ops', { scopes: ['admin'] }), keyRule('app', { scopes: ['heal', 'read'] })];
    const daemon = await DaemonOverHttp.start({}, authOf(...keys));
    let sent = 0;
    try {
      await fc.assert(
        fc.asyncProperty(hostileRequest, async (made) => {
          await expectNoFault(daemon.port, made);
          // The clock closes connections after their last response.
          if (++sent % 25 === 0) await daemon.daemon.clock.advance(2_500);
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
      const alive = await daemon.call('PUT', '/heal/1', undefined, { authorization: 'Bearer ops' });
      expect(alive.json).to.deep.equal({ status: 'online' });
      const { lines } = daemon.daemon.logger;
      expect(lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
      expect(daemon.daemon.fatal).to.equal(undefined);
      for (const polluted of ['timeout', 'paused', 'sub']) expect(polluted in {}).to.equal(false);
    } finally {
      await daemon.stop();
    }
  });
});
