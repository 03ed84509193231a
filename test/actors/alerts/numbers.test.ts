import { inspect } from 'node:util';
import { expect } from 'chai';
import { NotifyError } from '../../../src/ports/channel.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

/** What an untyped program may put into an error. */
function refusing(retryAfter: unknown, permanent: unknown = false): () => Promise<void> {
  const error = Object.assign(new NotifyError('not now'), { retryAfter, permanent });
  return () => Promise.reject(error);
}

describe('a number in what a notifier throws', () => {
  for (const asked of [NaN, Infinity, -Infinity, -1, 1e12, '60', {}, true]) {
    it(`is ignored, and said, when it is ${inspect(asked)}`, async () => {
      const alerts = await SimulatedAlerts.start({ channels: { ops: { answer: refusing(asked) } } });
      alerts.fail('node1');
      await alerts.pass(120);
      const pauses = alerts.seen.slice(1).map(({ at }, index) => at - (alerts.seen[index]?.at ?? 0));
      expect(pauses.slice(0, 3)).to.deep.equal([7_500, 12_500, 22_500]);
      const [record] = await alerts.stored();
      expect(record?.deliveries[0]?.lastError).to.match(
        /^not now \(it asks for a pause of .* and is ignored\)$/,
      );
      await alerts.stop();
    });
  }

  it('is kept to when it is a number of seconds', async () => {
    const alerts = await SimulatedAlerts.start({ channels: { ops: { answer: refusing(40.5) } } });
    alerts.fail('node1');
    await alerts.pass(50);
    expect(alerts.seen).to.have.length(2);
    expect((alerts.seen[1]?.at ?? 0) - (alerts.seen[0]?.at ?? 0)).to.equal(40_500);
    await alerts.stop();
  });

  it('makes nothing a dead letter that only looks like saying so, and a long text is cut', async () => {
    const answer = refusing(undefined, 'no');
    const long = new NotifyError('x'.repeat(100_000));
    const alerts = await SimulatedAlerts.start({
      channels: { ops: { answer }, talker: { answer: () => Promise.reject(long) } },
    });
    alerts.fail('node1');
    await alerts.pass(1);
    expect(await alerts.states()).to.deep.equal(['pending', 'pending']);
    const [record] = await alerts.stored();
    for (const { lastError = '' } of record?.deliveries ?? []) expect(lastError.length).to.be.at.most(1_001);
    await alerts.stop();
  });
});
