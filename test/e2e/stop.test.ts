import { expect } from 'chai';
import { instant } from '../../src/domain/time.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import { call, heal, history, supervision } from '../support/calls.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';
import { user } from '../support/ids.js';
import { SlowRequest } from '../support/slow-request.js';
import { writeHistory } from '../support/stored-history.js';

describe('stopping the daemon', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`answers what is in flight after ${signal}, stores it, and exits 0`, async () => {
      const data = resources.directory();
      const daemon = await resources.daemon(data);
      await heal(daemon.url, 1);
      const goodbye = await SlowRequest.begin(daemon.url, 'DELETE', '/heal/1');
      const opening = await SlowRequest.begin(daemon.url, 'PUT', '/heal/2');
      daemon.signal(signal);
      await eventually(() => expect(daemon.hasLogged('stopping')).to.equal(true));
      goodbye.finish();
      opening.finish();
      expect(await goodbye.answer).to.match(/^HTTP\/1\.1 200 [^]*{"status":"offline"}$/m);
      expect(await opening.answer).to.match(/^HTTP\/1\.1 200 [^]*{"status":"online"}$/m);
      expect(await daemon.ended).to.deep.equal({ code: 0, signal: null });

      const again = await resources.daemon(data);
      expect(await history(again.url, 1)).to.have.length(1);
      expect(await history(again.url, 2)).to.have.length(1);
    });
  }

  it('accepts no connection after a signal to stop', async () => {
    const daemon = await resources.daemon(resources.directory());
    const inFlight = await SlowRequest.begin(daemon.url, 'PUT', '/heal/1');
    daemon.signal('SIGTERM');
    await eventually(async () => {
      expect(await call(daemon.url, 'GET', '/healthz').then(String, () => 'refused')).to.equal('refused');
    });
    expect(daemon.running).to.equal(true);
    inFlight.finish();
    expect((await daemon.ended).code).to.equal(0);
  });

  it('exits 0 without listening if it is stopped during recovery', async () => {
    const data = resources.directory();
    const ids = Array.from({ length: 5000 }, (_, index) => index + 1);
    await writeHistory(data, [...ids.map(opened), { kind: 'watermark', at: instant(Date.now()) }]);
    const daemon = resources.launch(data);
    await eventually(() => expect(daemon.hasLogged('starting')).to.equal(true), { every: 5 });
    daemon.signal('SIGTERM');
    expect(await daemon.ended).to.deep.equal({ code: 0, signal: null });
    expect(daemon.stdout).to.equal('');
    const again = await resources.daemon(data);
    expect((await supervision(again.url)).users.online).to.equal(ids.length);
  });

  it('does not wait longer than shutdown_timeout for a client that never ends its request', async () => {
    const data = resources.directory();
    const daemon = await resources.daemon(data, { 'shutdown-timeout': 2, 'limits-request-timeout': 3600 });
    await heal(daemon.url, 1);
    await SlowRequest.begin(daemon.url, 'PUT', '/heal/2');
    daemon.signal('SIGTERM');
    expect(await daemon.ended).to.deep.equal({ code: 0, signal: null });
    const again = await resources.daemon(data);
    expect(await history(again.url, 1)).to.have.length(1);
  });

  it('ends at once at the second signal', async () => {
    const daemon = await resources.daemon(resources.directory(), {
      'shutdown-timeout': 3600,
      'limits-request-timeout': 3600,
    });
    await SlowRequest.begin(daemon.url, 'PUT', '/heal/1');
    daemon.signal('SIGTERM');
    await eventually(() => expect(daemon.hasLogged('stopping')).to.equal(true));
    daemon.signal('SIGTERM');
    expect((await daemon.ended).code).not.to.equal(0);
  });
});

function opened(id: number): HistoryRecord {
  return { kind: 'opened', user: user(id), onlineAt: instant(Date.now() - 1000) };
}
