import { expect } from 'chai';
import { BaseNotifier, type AlertNotification } from '../../../src/index.js';
import { eventually } from '../../support/eventually.js';
import { all, Instances } from './support.js';

class Phone extends BaseNotifier {
  readonly rang: string[] = [];

  override notify({ type, node }: AlertNotification): Promise<void> {
    this.rang.push(`${type} ${node?.name ?? ''}`);
    return Promise.resolve();
  }
}

describe('rotas of the library', () => {
  const instances = new Instances();
  afterEach(() => instances.clear());

  it('are in the settings, say who is on call, and notify through that notifier', async () => {
    const phone = new Phone();
    const heartbeat = await instances.make({
      notifiers: [{ notifier: phone, name: 'ann-phone', events: [] }],
      settings: {
        rotas: {
          ops: { people: [{ name: 'ann', channel: 'ann-phone' }], turns: 'daily', start: '2026-11-30' },
        },
        channels: { oncall: { kind: 'rota', rota: 'ops' } },
      },
    });
    const [rota] = await heartbeat.rotas.list();
    expect(rota).to.include({ name: 'ops', turns: 'daily', handOver: '00:00', timeZone: 'UTC' });
    const { on, since, until } = await heartbeat.rotas.now('ops');
    expect(on).to.deep.equal({ name: 'ann', channel: 'ann-phone' });
    expect(Number(until) - Number(since)).to.equal(86_400_000);
    const stranger: unknown = await heartbeat.rotas.now('nobody').catch((error: unknown) => error);
    expect(stranger).to.include({ code: 'HEARTBEAT_NO_SUCH_ROTA' });
    await heartbeat.nodes.fail('db-1');
    await eventually(() => expect(phone.rang).to.deep.equal(['node.reported_failure db-1']));
  });
});

describe('maintenance windows of the library', () => {
  const instances = new Instances();
  afterEach(() => instances.clear());

  it('are in the settings, and hold failures', async () => {
    const [starts, ends] = ['2020-01-01', '2100-01-01'];
    const heartbeat = await instances.make({
      settings: { maintenance: [{ matchers: ['name=db-1'], starts_at: starts, ends_at: ends }] },
    });
    // The windows are looked at each second.
    await eventually(async () => {
      await heartbeat.nodes.register('db-1');
      await heartbeat.nodes.fail('db-1');
      expect(await all(heartbeat.alerts({ state: 'held' }))).not.to.be.empty;
    });
  });
});
