import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { heal } from '../support/calls.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { HookServer } from '../support/hook-server.js';
import { TestResources } from '../support/test-resources.js';

interface Answer {
  readonly data: {
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
    readonly groups: readonly {
      readonly rules: readonly { readonly name: string; readonly health: string }[];
    }[];
  };
}

describe('a real Prometheus', () => {
  const resources = new TestResources();
  let prometheus: string;

  const ask = async (question: string): Promise<Answer['data']> => {
    const answer = await fetch(`${prometheus}/api/v1/${question}`);
    expect(answer.status).to.equal(200);
    return ((await answer.json()) as Answer).data;
  };
  const values = async (query: string): Promise<string[]> =>
    (await ask(`query?query=${encodeURIComponent(query)}`)).result.map(({ value }) => value[1]);

  /** With the configuration and rules of deploy/, for this daemon, at a short interval. */
  async function startPrometheus(daemon: string): Promise<void> {
    const directory = resources.directory();
    const configuration = readFileSync('deploy/prometheus/prometheus.yml', 'utf8')
      .replace('heartbeat:3519', new URL(daemon).host)
      .replaceAll('15s', '250ms')
      .replace('rules.yml', path.resolve('deploy/prometheus/rules.yml'));
    const file = path.join(directory, 'prometheus.yml');
    writeFileSync(file, configuration);
    mkdirSync(path.join(directory, 'data'));
    prometheus = `http://127.0.0.1:${String(await freePort())}`;
    resources.run({
      command: [
        'prometheus',
        `--config.file=${file}`,
        `--storage.tsdb.path=${path.join(directory, 'data')}`,
        `--web.listen-address=${new URL(prometheus).host}`,
      ],
      cwd: directory,
    });
    await eventually(async () => expect((await fetch(`${prometheus}/-/ready`)).status).to.equal(200));
  }

  afterEach(() => resources.clear());

  it('scrapes the daemon, and all its rules can be evaluated', async () => {
    const hooks = await HookServer.start();
    resources.onClear(() => hooks.stop());
    const daemon = await resources.daemon(
      resources.directory(),
      { 'session-timeout': 1 },
      {
        env: { HEARTBEAT_PING_URL: hooks.url, HEARTBEAT_PING_EVERY: '0.2' },
      },
    );
    await heal(daemon.url, 1);
    await heal(daemon.url, 2);
    await startPrometheus(daemon.url);

    await eventually(async () => {
      expect(await values('up{job="heartbeat"}')).to.deep.equal(['1']);
      expect(await values('heartbeat_heals_total')).to.deep.equal(['2']);
      expect(await values('heartbeat_session_expiry_lateness_seconds_count')).to.deep.equal(['2']);
      expect(await values('heartbeat_users_online')).to.deep.equal(['0']);
      expect(await values('heartbeat_ready')).to.deep.equal(['1']);
    });
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
    expect(await values(`heartbeat_build_info{version="${version}"}`)).to.deep.equal(['1']);
    expect(Number((await values('process_resident_memory_bytes'))[0])).to.be.greaterThan(1e7);
    expect(Number((await values('heartbeat_pings_total{outcome="delivered"}'))[0])).to.be.greaterThan(0);

    await eventually(async () => {
      const rules = (await ask('rules')).groups.flatMap((group) => group.rules);
      expect(rules).to.have.length.greaterThan(10);
      expect(rules.filter(({ health }) => health !== 'ok').map(({ name }) => name)).to.deep.equal([]);
    });
  });

  it('notices when the daemon is gone', async () => {
    const daemon = await resources.daemon(resources.directory());
    await startPrometheus(daemon.url);
    await eventually(async () => expect(await values('up')).to.deep.equal(['1']));
    await daemon.kill();
    await eventually(async () => expect(await values('up')).to.deep.equal(['0']));
  });
});
