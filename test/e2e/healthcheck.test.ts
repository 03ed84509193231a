import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { makeCertificate } from '../support/certificate.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { TestResources } from '../support/test-resources.js';

describe('heartbeat healthcheck', () => {
  const resources = new TestResources();

  after(() => resources.clear());

  const check = (env: Record<string, string>, ...more: readonly string[]): Promise<DaemonProcess> =>
    resources.heartbeat(['healthcheck', ...more], { env });

  it('finds port and TLS in the configuration, and is 1 when nobody answers', async () => {
    const directory = resources.directory();
    const { files } = makeCertificate(directory, 'daemon');
    const [file, port] = [path.join(directory, 'heartbeat.yaml'), await freePort()];
    writeFileSync(file, `port: ${port}\ntls: { certificate: ${files.certificate}, key: ${files.key} }\n`);
    const env = { HEARTBEAT_CONFIG: file };
    const before = await check(env);
    expect([(await before.ended).code, before.stdout]).to.deep.equal([1, '']);
    expect(before.stderr).to.match(
      /^heartbeat: https:\/\/127\.0\.0\.1:\d+\/healthz did not answer: .*ECONNREFUSED/,
    );
    const daemon = await resources.daemon(path.join(directory, 'data'), { port, config: file });
    for (const more of [[], ['--ready']]) {
      const healthy = await check(env, ...more);
      expect([(await healthy.ended).code, healthy.stdout, healthy.stderr]).to.deep.equal([0, '', '']);
    }
    // One that is named must show whose it is, as to any client.
    const named = await check({}, '--url', daemon.url);
    expect((await named.ended).code).to.equal(1);
    expect(named.stderr).to.match(/self-signed/);
    const wrong = await check({ HEARTBEAT_CONFIG: path.join(directory, 'none.yaml') });
    expect((await wrong.ended).code).to.equal(78);
    daemon.signal('SIGSTOP');
    const hanging = await check(env, '--timeout', '0.2');
    daemon.signal('SIGCONT');
    expect((await hanging.ended).code).to.equal(1);
  });

  it('says with --ready why a daemon is not ready', async () => {
    const data = path.join(resources.directory(), 'data');
    const plain = await resources.daemon(data);
    const good = await check({ HEARTBEAT_URL: plain.url }, '--ready');
    expect((await good.ended).code).to.equal(0);
    rmSync(data, { recursive: true });
    await eventually(async () => expect((await fetch(`${plain.url}/readyz`)).status).to.equal(503));
    const unready = await check({ HEARTBEAT_URL: plain.url }, '--ready');
    expect((await unready.ended).code).to.equal(2);
    expect(unready.stderr).to.match(/readyz answered 503: \{"status":"unready","reasons":\[".+"\]\}\n$/);
    expect((await (await check({ HEARTBEAT_URL: plain.url })).ended).code).to.equal(0);
    const unknown = await check({ HEARTBEAT_URL: `${plain.url}/nothing` }, '--ready');
    expect((await unknown.ended).code).to.equal(1);
    expect(unknown.stderr).to.match(/readyz answered 404/);
  });

  it('shows what a server answers without doing to the terminal what that says', async () => {
    const server = createServer((_request, answer) => answer.writeHead(500).end('\u001b[2Jx'));
    server.listen(0, '127.0.0.1');
    resources.onClear(() => {
      server.close();
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const answered = await check({ HEARTBEAT_URL: `http://127.0.0.1:${port}` });
    expect((await answered.ended).code).to.equal(1);
    expect(answered.stderr).to.match(/answered 500: \\u001b\[2Jx\n$/);
  });
});
