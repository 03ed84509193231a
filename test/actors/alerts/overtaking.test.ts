import { expect } from 'chai';
import type { NodeRequest } from '../../../actors/node/node.protocol.js';
import type { NotifierReply } from '../../../actors/notifier/notifier.protocol.js';
import { NotifyError, type Channel } from '../../../src/ports/channel.js';
import { MortalStore } from '../../support/mortal-store.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { node } from '../../support/ids.js';
import { SimulatedApp } from '../../support/simulated-app.js';

const ANN = node('ann');
const NO_RETRIES: NodeRequest = { kind: 'put', change: { maxRetries: 0 } };

/** Refuses the first alert for good, and does not answer later ones. */
function refusingOnce({ policy }: Channel): Channel {
  let handed = 0;
  return {
    policy,
    notifier: {
      notify: () =>
        ++handed === 1
          ? Promise.reject(new NotifyError('no', { permanent: true }))
          : new Promise<void>(() => undefined),
      close: () => Promise.resolve(),
    },
  };
}

describe('a change of an alert by a flip', () => {
  // In one pass: the heartbeat cancels an escalation, and a request redelivers the same alert.
  for (let batches = 1; batches <= 3; batches++) {
    it(`does not overwrite a later change if the daemon is killed ${batches} batches later`, async () => {
      const store = new MortalStore();
      const ops = recordingChannel('ops');
      const boss = recordingChannel('boss');
      const late = { ...boss.channel, policy: { ...boss.channel.policy, after: 900_000 } };
      const first = await SimulatedApp.start({ store, channels: [refusingOnce(ops.channel), late] });
      await first.askNode(NO_RETRIES, ANN);
      await first.clock.advance(40_000);
      const [dead] = await stored(store);
      expect(dead?.deliveries.map(({ state }) => state)).to.deep.equal(['dead', 'pending']);

      store.left = batches;
      let reply: NotifierReply | undefined;
      first.app.nodes.ask(ANN, { kind: 'heartbeat' }, () => undefined);
      first.app.alerts.command({
        kind: 'redeliver',
        id: dead!.alert.id,
        answered: (given) => {
          reply = given;
        },
      });
      await first.clock.settle();
      expect(reply).to.deep.equal({ kind: 'accepted', id: dead!.alert.id });
      await first.kill();

      store.left = Infinity;
      const channels = [ops.channel, late];
      const second = await SimulatedApp.start({ store, clock: first.clock, channels });
      await second.clock.advance(20_000);
      expect(ops.told.map(({ type }) => type)).to.deep.equal(['node.failed', 'node.recovered']);
      expect(ops.told[0]?.id).to.equal(dead!.alert.id);
      const [now] = await stored(store);
      expect(now?.deliveries.map(({ state }) => state)).to.deep.equal(['delivered', 'cancelled']);
      await second.app.stop();
    });
  }
});

/** Oldest first. */
async function stored(store: MortalStore) {
  const all = [];
  for await (const chunk of store.alerts({})) all.push(...chunk);
  return all.reverse();
}
