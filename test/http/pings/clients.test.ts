import { expect } from 'chai';
import { HealthChecksPingClient } from 'healthchecks-io-client';
import { AlertmanagerProcess, type Notification } from '../../support/alertmanager-process.js';
import { eventually } from '../../support/eventually.js';
import { DaemonOverHttp } from '../nodes/support.js';

interface Kept {
  readonly n: number;
  readonly kind: string;
  readonly method: string;
  readonly bytes: number;
}

describe('pings of programs that others wrote', () => {
  let http: DaemonOverHttp;
  let uuid: string;

  beforeEach(async () => {
    http = await DaemonOverHttp.start();
    const { json } = await http.call('PUT', '/nodes/backup', { timeout: 60, max_retries: 0 });
    ({ ping_uuid: uuid } = json as { ping_uuid: string });
  });

  afterEach(() => http.stop());

  const state = async (): Promise<string> =>
    ((await http.call('GET', '/nodes/backup')).json as { state: string }).state;

  const kept = async (): Promise<readonly Kept[]> =>
    ((await http.call('GET', '/nodes/backup/pings')).json as { pings: readonly Kept[] }).pings;

  it('count once the host is changed, as those of a client from npm do', async () => {
    const client = (ofUuid: string): HealthChecksPingClient =>
      new HealthChecksPingClient({
        uuid: ofUuid,
        baseUrl: `${http.url}/ping`,
        returnResponse: true,
      });
    const job = client(uuid);
    expect(await job.start()).to.equal('OK');
    await http.daemon.clock.advance(2_500);
    expect(await job.fail('the disk is full')).to.equal('OK');
    expect(await state()).to.equal('failed');
    expect(await http.text('/nodes/backup/pings/2/body')).to.equal('the disk is full');
    expect(await job.success('7 files')).to.equal('OK');
    expect(await state()).to.equal('active');
    expect((await kept()).map(({ kind, method, bytes }) => [kind, method, bytes])).to.deep.equal([
      ['success', 'POST', 7],
      ['fail', 'POST', 16],
      ['start', 'GET', 0],
    ]);
    const stranger = client('123e4567-e89b-42d3-a456-426614174000');
    const error = await stranger.success().catch((thrown: unknown) => thrown);
    expect(error).to.include({ name: 'StatusCodeError', statusCode: 404 });
  });

  it('come from the webhook of a real Alertmanager, as long as its Watchdog fires', async () => {
    const alertmanager = await AlertmanagerProcess.start(`${http.url}/ping/${uuid}`, '100ms');
    try {
      await alertmanager.fire({ alertname: 'Watchdog', severity: 'none' });
      await eventually(async () => expect((await kept()).length).to.be.at.least(3));
      for (const { kind, method } of await kept()) expect([kind, method]).to.deep.equal(['success', 'POST']);
      const body = JSON.parse(await http.text('/nodes/backup/pings/1/body')) as Notification;
      expect(body.status).to.equal('firing');
      expect(body.alerts.map(({ labels }) => labels['alertname'])).to.deep.equal(['Watchdog']);
      expect(await state()).to.equal('active');
    } finally {
      await alertmanager.remove();
    }
    await http.daemon.clock.advance(60_100);
    expect(await state()).to.equal('failed');
  });
});
