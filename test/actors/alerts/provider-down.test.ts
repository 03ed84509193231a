import { expect } from 'chai';
import { NotifyError } from '../../../src/ports/channel.js';
import { SimulatedAlerts, type Answer } from '../../support/simulated-alerts.js';

const MINUTE = 60;
const NODES = ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7'];

/** What a provider, or the network, does instead of accepting an alert. */
const FAULTS: Readonly<Record<string, Answer>> = {
  'whose name nobody resolves': () =>
    Promise.reject(new NotifyError('cannot reach https://hooks.example.org: the name does not resolve')),
  'that answers 500': () => Promise.reject(new NotifyError('answered 500')),
  'that hangs': () => new Promise(() => undefined),
  'that answers 429 and asks for a minute': () =>
    Promise.reject(new NotifyError('answered 429', { retryAfter: MINUTE })),
};

describe('while a provider is out for half an hour', () => {
  const kinds = Object.values(FAULTS);
  const everything: Answer = (message, attempt) => {
    const fault = kinds[(attempt.attempt + message.id.charCodeAt(25)) % kinds.length];
    return fault?.(message, attempt) ?? Promise.resolve();
  };

  for (const [what, fault] of Object.entries({ ...FAULTS, 'that does all of this in turn': everything })) {
    it(`one ${what}, nothing is lost, and the notifications of each node are in order`, async () => {
      let isUp = true;
      const answer: Answer = (message, attempt) => (isUp ? Promise.resolve() : fault(message, attempt));
      const alerts = await SimulatedAlerts.start({ channels: { ops: { answer }, chat: {} } });
      alerts.fail('n0', 'n1');
      await alerts.pass(10);
      isUp = false;
      for (let minute = 0; minute < 30; minute++) {
        // Each is failed for five minutes and active for five, starting one after another.
        NODES.forEach((node, index) => {
          if ((minute + index) % 10 === 0 && !['n0', 'n1'].includes(node)) alerts.fail(node);
          if ((minute + index) % 10 === 5 && minute >= 5) alerts.recover(node);
        });
        await alerts.pass(MINUTE);
      }
      isUp = true;
      await alerts.pass(60 * MINUTE);

      const stored = await alerts.stored();
      const told = alerts.delivered.filter(({ channel }) => channel === 'ops').map(({ message }) => message);
      for (const { alert, deliveries } of stored) {
        const state = deliveries.find(({ channel }) => channel === 'ops')?.state;
        expect(state, alert.id).to.be.oneOf(['delivered', 'cancelled']);
        if (state === 'delivered') expect(told.filter(({ id }) => id === alert.id)).to.have.length(1);
      }
      for (const node of NODES) {
        const ids = told.filter((message) => message.node?.name === node).map(({ id }) => id);
        expect(ids, node).to.deep.equal([...ids].sort());
      }
      const others = alerts.delivered.filter(({ channel }) => channel === 'chat');
      expect(others, 'the other channel heard of everything').to.have.length(stored.length);
      await alerts.stop();
    });
  }
});
