import { expect } from 'chai';
import path from 'node:path';
import { call, heal, type Answer } from '../../support/calls.js';
import { makeSignedCertificate } from '../../support/certificate.js';
import type { DaemonProcess } from '../../support/daemon-process.js';
import { EtcdCluster, type EtcdCertificates } from '../../support/etcd-cluster.js';
import { eventually } from '../../support/eventually.js';
import { PostgresProcess } from '../../support/postgres-process.js';
import { ready, TestResources, type StartFlags } from '../../support/test-resources.js';

const USERS = Array.from({ length: 60 }, (_, index) => index);
const NODE = 'db';
const PARTITIONS = ['users-0', 'users-1', 'users-2', 'users-3', 'watch'];

interface ShownCluster {
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly lease_left: number | null }[];
  readonly partitions: readonly {
    readonly name: string;
    readonly owner: string | null;
    readonly epoch: number | null;
    readonly in_doubt: boolean;
    readonly here: boolean;
  }[];
}

describe('three daemons on one PostgreSQL and one etcd', () => {
  const resources = new TestResources();
  let postgres: PostgresProcess;
  let etcd: EtcdCluster;
  let certificates: EtcdCertificates;
  let daemons: readonly DaemonProcess[];

  before(async () => {
    const directory = resources.directory();
    const { files } = makeSignedCertificate(directory);
    certificates = { ...files, authority: path.join(directory, 'ca.crt') };
    [postgres, etcd] = await Promise.all([
      PostgresProcess.start('fsync=off'),
      EtcdCluster.start(certificates),
    ]);
    await postgres.init();
    daemons = await Promise.all(['a', 'b', 'c'].map((name) => ready(launch(name))));
  });

  after(async () => {
    await resources.clear();
    await Promise.all([postgres.remove(), etcd.remove()]);
  });

  function launch(name: string): DaemonProcess {
    const flags: StartFlags = {
      store: postgres.url(),
      partitions: 4,
      'session-timeout': 600,
      'nodes-timeout': 600,
      'cluster-name': name,
      'cluster-advertise': `https://${name}.example.org`,
      'cluster-etcd-endpoints': etcd.secureEndpoints.join(','),
      'cluster-etcd-prefix': '/heartbeat/test',
      'cluster-etcd-ca-file': certificates.authority,
      'cluster-etcd-certificate': certificates.certificate,
      'cluster-etcd-key': certificates.key,
    };
    return resources.launch(resources.directory(), flags);
  }

  async function clusterAt(daemon: DaemonProcess): Promise<ShownCluster> {
    const { status, body } = await call(daemon.url, 'GET', '/cluster');
    expect(status, body).to.equal(200);
    return JSON.parse(body) as ShownCluster;
  }

  /** Waits until these daemons share all partitions, and answer for what they own. */
  async function untilShared(among: readonly DaemonProcess[]): Promise<void> {
    await eventually(async () => {
      const shown = await Promise.all(among.map(clusterAt));
      const here = shown.flatMap(({ partitions }) => partitions.filter((each) => each.here));
      expect(here.map(({ name }) => name).sort()).to.deep.equal(PARTITIONS);
      for (const { name, members, partitions } of shown) {
        expect(members).to.have.length(among.length);
        const own = partitions.filter((each) => each.here && each.owner === name);
        expect(own).to.have.length.within(1, among.length === 1 ? PARTITIONS.length : 3);
      }
    });
  }

  /**
   * Asks each of them until one answers: on a busy machine a lease may end. All but the owner say that they cannot
   * answer, and when to ask again.
   */
  function askAll(among: readonly DaemonProcess[], ask: (url: string) => Promise<Answer>): Promise<Answer> {
    return eventually(async () => {
      const answers = await Promise.all(among.map(({ url }) => ask(url)));
      const answered = answers.filter(({ status }) => status !== 503);
      for (const { status, headers } of answers)
        if (status === 503) expect(Number(headers.get('retry-after'))).to.be.at.least(1);
      const [answer] = answered;
      if (answer === undefined) throw new Error('nobody has answered');
      return answer;
    });
  }

  const checkup =
    (user: number) =>
    (url: string): Promise<Answer> =>
      call(url, 'GET', `/checkup/${String(user)}`);

  async function expectAllOnline(among: readonly DaemonProcess[]): Promise<void> {
    for (const user of USERS) {
      const { body } = await askAll(among, checkup(user));
      expect(JSON.parse(body), `user ${String(user)}`).to.include({ status: 'online' });
    }
  }

  async function expectOneSession(among: readonly DaemonProcess[]): Promise<void> {
    for (const user of USERS) {
      const { body } = await askAll(among, (url) => call(url, 'GET', `/heart_rhythm/${String(user)}`));
      const { history } = JSON.parse(body) as { history: unknown[] };
      expect(history, `sessions of ${String(user)}`).to.have.length(1);
    }
  }

  it('share everything, say who owns what, and lose nothing when one is killed', async () => {
    await untilShared(daemons);
    for (const user of USERS) await askAll(daemons, (url) => heal(url, user));
    const heartbeat = await askAll(daemons, (url) => call(url, 'PUT', `/nodes/${NODE}/heartbeat`));
    expect(heartbeat.status).to.equal(200);
    await expectAllOnline(daemons);

    const [victim, ...others] = daemons;
    if (victim === undefined) throw new TypeError('there are three');
    const { name: dead, partitions: before } = await clusterAt(victim);
    await victim.kill();
    await untilShared(others);
    await expectAllOnline(others);
    await expectOneSession(others);
    const { body: node } = await askAll(others, (url) => call(url, 'GET', `/nodes/${NODE}`));
    expect(JSON.parse(node)).to.include({ state: 'active' });
    for (const daemon of others)
      await eventually(async () => {
        const { partitions, members } = await clusterAt(daemon);
        expect(members.map(({ name }) => name)).to.not.include(dead);
        for (const { name, owner, epoch, in_doubt: isInDoubt } of partitions) {
          expect(owner).to.be.oneOf(members.map((member) => member.name));
          const earlier = before.find((each) => each.name === name);
          if (earlier?.owner === dead) expect(epoch, name).to.be.above(earlier.epoch ?? Infinity);
          expect(isInDoubt).to.equal(false);
        }
        const { body: metrics } = await call(daemon.url, 'GET', '/metrics');
        expect(metrics).to.include('heartbeat_cluster_members 2\n');
        expect(metrics).to.include('heartbeat_cluster_partitions{owner="none"} 0\n');
        const { cluster } = JSON.parse((await call(daemon.url, 'GET', '/supervision')).body) as {
          cluster: ShownCluster;
        };
        expect(cluster.partitions).to.have.length(PARTITIONS.length);
      });
  });

  it('refuse a newcomer with the name of one of them, which goes on', async () => {
    const others = daemons.filter(({ running }) => running);
    const [first] = others;
    if (first === undefined) throw new TypeError('there are two');
    const { name } = await clusterAt(first);
    const newcomer = launch(name);
    expect(await newcomer.ended).to.include({ code: 78 });
    expect(newcomer.stderr).to.include(`another daemon of this cluster has the name ${name}`);
    await untilShared(others);
    await expectAllOnline(others);
  });

  it('hand over to the others when one stops in order, so that nobody is lost', async () => {
    const [leaving, ...others] = daemons.filter(({ running }) => running);
    if (leaving === undefined) throw new TypeError('there are two');
    leaving.signal('SIGTERM');
    expect(await leaving.ended).to.include({ code: 0 });
    await untilShared(others);
    await expectAllOnline(others);
    await expectOneSession(others);
  });
});
