import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { TestResources } from '../support/test-resources.js';

const run = promisify(execFile);
const RID = '728b3763-ea80-4113-9fc0-f49b3adf226a';

interface Node {
  readonly state: string;
  readonly ping_uuid: string;
  readonly started: number | null;
}

describe('cron lines with curl, as healthchecks documents them', () => {
  const resources = new TestResources();

  after(() => resources.clear());

  it('are on disk when curl has its answer, also after a kill', async () => {
    const data = path.join(resources.directory(), 'data');
    let daemon = await resources.daemon(data);
    const curl = async (...args: readonly string[]): Promise<string> => {
      const { stdout } = await run('curl', ['-fsS', '-m', '30', '--retry', '5', ...args]);
      return stdout;
    };
    const killAndStart = async (): Promise<void> => {
      await daemon.kill();
      daemon = await resources.daemon(data);
    };
    const shown = async (): Promise<Node> =>
      JSON.parse(await curl(`${daemon.url}/nodes/cron-backup`)) as Node;

    expect(await curl(`${daemon.url}/ping/any/cron-backup/start?create=1&rid=${RID}`)).to.equal('Created');
    await killAndStart();
    const { ping_uuid: uuid, started } = await shown();
    expect(started).to.be.a('number');
    const url = (): string => `${daemon.url}/ping/${uuid}`;
    // Beyond 1,024 bytes curl asks with `Expect: 100-continue`.
    expect(await curl('--data-raw', 'x'.repeat(20_000), `${url()}/3?rid=${RID}`)).to.equal('OK');
    await killAndStart();
    expect(await shown()).to.include({ state: 'failed', started: null, ping_uuid: uuid });
    expect(await curl('-I', url())).to.match(/^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*Ping-Body-Limit: 10000\r\n/i);
    await killAndStart();
    expect(await shown()).to.include({ state: 'active' });
    const { pings } = JSON.parse(await curl(`${daemon.url}/nodes/cron-backup/pings`)) as {
      pings: { n: number; kind: string; method: string; bytes: number; duration: number | null }[];
    };
    expect(pings.map(({ n, kind, method, bytes }) => [n, kind, method, bytes])).to.deep.equal([
      [3, 'success', 'HEAD', 0],
      [2, 'exit', 'POST', 20_000],
      [1, 'start', 'GET', 0],
    ]);
    expect(pings[1]?.duration).to.be.a('number');
    expect(await curl(`${daemon.url}/nodes/cron-backup/pings/2/body`)).to.equal('x'.repeat(10_000));
    expect(daemon.stderr).to.not.include(uuid);
  });
});
