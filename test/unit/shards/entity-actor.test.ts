import { expect } from 'chai';
import type { NodeReply } from '../../../actors/node/node.protocol.js';
import type { UserReply, UserRequest } from '../../../actors/user/user.protocol.js';
import { node, user } from '../../support/ids.js';
import { StandaloneShards, TIMEOUT } from '../../support/standalone-shards.js';

const ANN = user(1);
const WEB = node('web-1');
const SHARD = 0;

describe('a deadline between a settled write and the requests that wait for it', () => {
  let shards: StandaloneShards;

  beforeEach(() => {
    shards = new StandaloneShards();
  });

  it('does not end a user whose heal came in time, and is the next to be handled', async () => {
    const { clock, users } = shards;
    const answers: UserReply[] = [];
    const ask = (kind: UserRequest['kind']): void => {
      const now = clock.now();
      const command = { kind, users: [ANN], arrivedAt: now, readAt: now };
      users.send(SHARD, command, ([reply]) => answers.push(reply!));
    };
    ask('heal');
    users.settle([{ shard: SHARD, user: ANN, stored: true, onlineAt: clock.wall() }]);
    await clock.settle();
    await clock.advance(TIMEOUT - 1000);
    ask('goodbye');
    ask('heal');
    await clock.advance(1100);
    // Sent one after another, before either is handled.
    users.settle([{ shard: SHARD, user: ANN, stored: false, code: 'HEARTBEAT_STORE_REFUSES' }]);
    users.advance(clock.now());
    await clock.settle();
    expect(answers.map(({ kind }) => kind)).to.deep.equal(['online', 'refused', 'online']);
    expect(shards.submittedLast('end')).to.equal(undefined);
  });

  it('does not fail a node whose heartbeat came in time, and waits', async () => {
    const { clock, nodes, alerting } = shards;
    const answers: NodeReply[] = [];
    const ask = (kind: 'heartbeat' | 'forget'): void => {
      const now = clock.now();
      nodes.send(SHARD, [{ kind, name: WEB, arrivedAt: now, readAt: now }], ([reply]) =>
        answers.push(reply!),
      );
    };
    ask('heartbeat');
    nodes.settle([{ shard: SHARD, node: WEB, stored: true }]);
    await clock.settle();
    await clock.advance(TIMEOUT - 1000);
    ask('forget');
    ask('heartbeat');
    await clock.advance(1100);
    nodes.settle([{ shard: SHARD, node: WEB, stored: false, code: 'HEARTBEAT_STORE_REFUSES' }]);
    nodes.advance(clock.now());
    await clock.settle();
    expect(answers.map(({ kind }) => kind)).to.deep.equal(['active', 'refused', 'active']);
    expect(alerting.raised).to.deep.equal([]);
    expect(nodes.states).to.include({ active: 1, failed: 0 });
  });
});
