import { expect } from 'chai';
import { SystemClock } from '../../src/adapters/clock/system-clock.js';
import { EtcdCoordination } from '../../src/adapters/etcd/etcd-coordination.js';
import { describeOwnership } from '../contract/ownership.js';
import { expectShared, Members } from '../contract/ownership/members.js';
import { EtcdCluster } from '../support/etcd-cluster.js';
import { eventually } from '../support/eventually.js';

describe('with a real etcd of three members', () => {
  const clock = new SystemClock();
  let etcd: EtcdCluster;
  let clusters = 0;
  before(async () => (etcd = await EtcdCluster.start()));
  after(() => etcd.remove());

  /** Also after a failure: members that renew their leases would go on for ever. */
  let sharing: Members | undefined;
  afterEach(async () => {
    if (sharing === undefined) return;
    etcd.resume();
    await etcd.run();
    await sharing.dispose();
    sharing = undefined;
  });

  /** Members of a cluster of their own. */
  function made() {
    const prefix = `/heartbeat-${String(clusters++)}`;
    const members = new Members(clock);
    const coordination = () => new EtcdCoordination({ endpoints: etcd.endpoints, prefix, clock });
    return { members, coordination, member: (name: string) => members.make(name, coordination()) };
  }

  describeOwnership('etcd', () => {
    const { members, coordination, member } = made();
    return {
      partitions: members.partitions,
      isExact: false,
      member,
      eventually: (look) => eventually(look),
      changeLeader: () => etcd.moveLeader(),
      stop: () => etcd.stop(),
      start: () => etcd.run(),
      endLease: async (name) => {
        const reader = coordination();
        const { keys } = await reader.read(new AbortController().signal);
        await reader.close();
        await etcd.endLease(keys.get(`members/${name}`)?.lease ?? '');
      },
      dispose: () => members.dispose(),
    };
  });

  for (const signal of ['SIGKILL', 'SIGSTOP'] as const)
    it(`goes on when its leader gets ${signal}`, async () => {
      const { members, member } = made();
      sharing = members;
      const both = [member('a'), member('b')];
      await Promise.all(both.map(({ ownership }) => ownership.join()));
      await eventually(() => expectShared(members, ...both));
      await etcd.signalLeader(signal);
      const renewed = both.map(({ ownership }) => ownership.validUntil);
      await eventually(() => {
        both.forEach(({ ownership }, index) => expect(ownership.validUntil).to.be.above(renewed[index] ?? 0));
      });
      await eventually(() => expectShared(members, ...both));
      etcd.resume();
      await etcd.run();
      await eventually(() => expectShared(members, ...both));
    });
});
