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

describe('overrides of rotas in the library', () => {
  const instances = new Instances();
  afterEach(() => instances.clear());

  it('put somebody else on call, who is in the alert, until they are ended', async () => {
    const [ann, ben] = [new Phone(), new Phone()];
    const heartbeat = await instances.make({
      notifiers: [
        { notifier: ann, name: 'ann-phone', events: [] },
        { notifier: ben, name: 'ben-phone', events: [] },
      ],
      settings: {
        rotas: {
          ops: {
            people: ['ann', 'ben'].map((name) => ({ name, channel: `${name}-phone` })),
            turns: 'weekly',
            start: '2026-11-30',
          },
        },
        channels: { oncall: { kind: 'rota', rota: 'ops' } },
      },
    });
    const { rotas } = heartbeat;
    const { on, next } = await rotas.now('ops');
    const endsAt = new Date(Date.now() + 3_600_000);
    const made = await rotas.override('ops', { person: next.name, endsAt, by: on.name, reason: 'holiday' });
    expect(made).to.deep.include({ state: 'active', person: next.name, endsAt, reason: 'holiday' });
    await eventually(async () =>
      expect(await rotas.now('ops')).to.deep.include({ on: next, override: made.id, insteadOf: on }),
    );
    await heartbeat.nodes.fail('db-1');
    const phone = next.name === 'ann' ? ann : ben;
    await eventually(() => expect(phone.rang).to.deep.equal(['node.reported_failure db-1']));
    await eventually(async () => {
      const [alert] = await all(heartbeat.alerts());
      expect(alert?.channels['oncall']).to.include({ state: 'delivered', person: next.name });
    });
    expect(await rotas.endOverride('ops', made.id)).to.include({ id: made.id, state: 'expired' });
    expect((await rotas.overrides('ops')).map(({ id }) => id)).to.deep.equal([made.id]);
    expect(await rotas.overrides('ops', { state: ['active', 'pending'] })).to.deep.equal([]);
    const codeOf = (promise: Promise<unknown>) =>
      promise.catch((error: unknown) => (error as { code?: string }).code);
    expect(await codeOf(rotas.override('ops', { person: 'zoe', endsAt, by: 'ann' }))).to.equal(
      'HEARTBEAT_INVALID_BODY',
    );
    expect(await codeOf(rotas.overrides('nobody'))).to.equal('HEARTBEAT_NO_SUCH_ROTA');
    expect(await codeOf(rotas.endOverride('ops', 'nobody'))).to.equal('HEARTBEAT_NO_SUCH_OVERRIDE');
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
