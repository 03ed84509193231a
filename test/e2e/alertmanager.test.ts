import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { request } from 'undici';
import { AlertmanagerProcess } from '../support/alertmanager-process.js';
import { eventually } from '../support/eventually.js';
import { HookServer } from '../support/hook-server.js';
import { TestResources } from '../support/test-resources.js';

const resources = new TestResources();
afterEach(() => resources.clear());

describe('what fires in a real Alertmanager', () => {
  it('fires again after a restart of both, and after a reload, until the node has recovered', async () => {
    const hook = await HookServer.start();
    resources.onClear(() => hook.stop());
    const server = await AlertmanagerProcess.start(hook.url);
    resources.onClear(() => server.remove());
    const directory = resources.directory();
    const config = path.join(directory, 'heartbeat.yaml');
    const configure = (team: string) => {
      const labels = `labels: { team: ${team} }`;
      writeFileSync(
        config,
        `channels:\n  prom: { kind: alertmanager, url: "${server.url}", resend_every: 1, ${labels} }\n`,
      );
    };
    const firing = async () =>
      (await server.alerts()).map(({ labels }) => `${labels['node']} ${labels['team']}`).sort();
    const forget = async () => {
      await server.stop();
      await server.run();
    };
    configure('web');
    const data = path.join(directory, 'data');
    let daemon = await resources.daemon(data, { config });
    const call = async (method: 'PUT' | 'POST', what: string) => {
      const { statusCode, body } = await request(`${daemon.url}/nodes/${what}`, { method });
      await body.dump();
      expect(statusCode).to.be.lessThan(300);
    };
    for (const name of ['lost', 'back']) {
      await call('PUT', name);
      await call('POST', `${name}/fail`);
    }
    await eventually(async () => expect(await firing()).to.deep.equal(['back web', 'lost web']));

    await daemon.kill();
    await forget();
    daemon = await resources.daemon(data, { config });
    await eventually(async () => expect(await firing()).to.deep.equal(['back web', 'lost web']));

    configure('infra');
    daemon.signal('SIGHUP');
    await eventually(async () => expect(await firing()).to.deep.equal(['back infra', 'lost infra']));
    await forget();
    await eventually(async () => expect(await firing()).to.deep.equal(['back infra', 'lost infra']));

    await call('PUT', 'back/heartbeat');
    await eventually(async () => expect(await firing()).to.deep.equal(['lost infra']));
  });
});
