import { expect } from 'chai';
import { NotifyError } from '../../../src/ports/channel.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

describe('what is counted of a channel', () => {
  it('is what was delivered, and what was spared because it cancelled itself', async () => {
    const alerts = await SimulatedAlerts.start();
    alerts.fail('node1');
    await alerts.clock.settle();
    // Nobody has been told of either when both are there.
    alerts.fail('node2');
    alerts.recover('node2');
    await alerts.clock.settle();
    expect(alerts.figures('ops')).to.include({ delivered: 1, cancelled: 2, folded: 0, dead: 0, waiting: 0 });
    await alerts.stop();
  });

  it('is what was folded into one message for a mass failure', async () => {
    const alerts = await SimulatedAlerts.start({ massFailure: { atLeast: 3, share: 0 } });
    alerts.fail('node1', 'node2', 'node3', 'node4');
    await alerts.pass(70);
    const told = alerts.told().length;
    const folded = (await alerts.states()).filter((state) => state === 'folded').length;
    expect(folded).to.be.greaterThan(0);
    expect(alerts.figures('ops')).to.include({ delivered: told, folded, cancelled: 0 });
    await alerts.stop();
  });

  it('is what failed and what was given up, and does not count what is taken up again twice', async () => {
    let permanent = false;
    const alerts = await SimulatedAlerts.start({
      channels: {
        ops: { answer: () => Promise.reject(new NotifyError('answered', { permanent })) },
        chat: {},
      },
    });
    alerts.fail('node1');
    await alerts.clock.settle();
    expect(alerts.figures('ops')).to.include({ failed: 1, dead: 0, waiting: 1 });
    permanent = true;
    await alerts.pass(20);
    expect(alerts.figures('ops')).to.include({ failed: 1, dead: 1, waiting: 0 });
    const [record] = await alerts.stored();
    await alerts.redeliver(record!.alert.id);
    await alerts.pass(20);
    expect(alerts.figures('ops')).to.include({ dead: 2, cancelled: 0, folded: 0 });
    expect(alerts.figures('chat')).to.include({ delivered: 1, dead: 0 });
    await alerts.stop();
  });

  it('has the state of its breaker', async () => {
    const alerts = await SimulatedAlerts.start({
      channels: { ops: { answer: () => Promise.reject(new NotifyError('answered 500')) } },
    });
    expect(alerts.figures('ops').breaker).to.equal('closed');
    alerts.fail('node1', 'node2', 'node3', 'node4', 'node5', 'node6');
    await alerts.pass(1);
    expect(alerts.figures('ops').breaker).to.equal('open');
    alerts.clock.standStill(3_600_000);
    expect(alerts.figures('ops').breaker).to.equal('half_open');
    await alerts.stop();
  });
});
