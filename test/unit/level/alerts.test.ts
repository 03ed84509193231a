import { expect } from 'chai';
import { Level } from 'level';
import { instant } from '../../../src/domain/time.js';
import { collect } from '../../contract/history-store/reading.js';
import { alertAt, alertId, delivery, recordAt } from '../../support/alert-records.js';
import { levelData } from '../../support/level-data.js';
import { withStore } from '../../support/with-store.js';
import { withDatabase } from './support/raw.js';

const MANY = 5_000;

describe('alerts in LevelDB', () => {
  const history = withStore(levelData);
  afterEach(() => {
    Reflect.deleteProperty(Level.prototype, 'iterator');
  });

  it('that are open are found without reading the others', async () => {
    const records = Array.from({ length: MANY }, (_, index) => recordAt(index + 1, 'delivered'));
    await history.store.write([
      { kind: 'alerts', records: [...records, recordAt(10_000, 'pending'), recordAt(10_001, 'held')] },
    ]);
    let read = 0;
    // oxlint-disable-next-line typescript/unbound-method -- it is called on the database, below
    const { iterator } = Level.prototype;
    Object.defineProperty(Level.prototype, 'iterator', {
      configurable: true,
      value: function (this: Level<Buffer, Buffer>, options: object) {
        const watched = iterator.call(this, options) as ReturnType<typeof this.iterator>;
        const nextv = watched.nextv.bind(watched);
        watched.nextv = async (size: number) => {
          const chunk = await nextv(size);
          read += chunk.length;
          return chunk;
        };
        return watched;
      },
    });
    const open = await collect(history.store.openAlerts());
    expect(open.map(({ alert }) => Number(alert.at))).to.deep.equal([10_000, 10_001]);
    expect(read).to.equal(2);
    const [newest] = await collect(history.store.alerts({ from: alertId(10_001) }));
    expect(newest?.alert.id).to.equal(alertId(10_001));
    expect(read).to.equal(3);
  });

  it('lie there as they always have', async () => {
    const lastAttempt = instant(5_500);
    await history.store.write([
      {
        kind: 'alerts',
        records: [
          {
            alert: alertAt(5_000),
            deliveries: [
              delivery('pending', { attempts: 2, lastAttempt, lastError: 'answered 500' }),
              delivery('held', { channel: 'chat', hold: 'flapping', folds: { count: 1, ids: [alertId(1)] } }),
            ],
          },
        ],
      },
      { kind: 'held', hold: { from: instant(1_000), until: instant(61_000) } },
    ]);
    await history.store.close();
    const id = alertId(5_000);
    await withDatabase(history.data.path, async (db) => {
      const entries = await db.iterator({ gte: Buffer.of(0x30), lt: Buffer.of(0x32) }).all();
      expect(
        entries.map(([key, value]) => [
          key.toString('latin1'),
          value.toString('latin1', 0, value.length - 4),
        ]),
      ).to.deep.equal([
        [
          `0${id}`,
          `\u0003{"id":"${id}","type":"node.failed","at":5000,"node":{"name":"node1","state":"failed","retries":3,` +
            '"timeout":30000,"labels":{"env":"prod"},"last_heartbeat":-115000,"max_retries":3},"blind":0,' +
            '"message":"Node \'node1\' has failed: no heartbeat for 2 min.","deliveries":[' +
            '{"channel":"ops","state":"pending","attempts":2,"last_attempt":5500,"last_error":"answered 500","since":1000},' +
            `{"channel":"chat","state":"held","hold":"flapping","attempts":0,"since":1000,"folds":{"count":1,"ids":["${alertId(1)}"]}}]}`,
        ],
        [`1\u0000${id}`, ''],
        [`1\u0001${id}`, ''],
      ]);
      const hold = await db.get(Buffer.from('\u0001hold', 'latin1'));
      expect(hold.toString('latin1', 0, hold.length - 4)).to.equal('{"from":1000,"until":61000}');
    });
  });

  it('that are damaged are said to be', async () => {
    await history.store.write([{ kind: 'alerts', records: [recordAt(1, 'pending')] }]);
    await history.store.close();
    await withDatabase(history.data.path, async (db) => {
      await db.put(Buffer.from(`0${alertId(1)}`), Buffer.from('\u0001{"id":'));
    });
    await history.reopen();
    const error: unknown = await collect(history.store.openAlerts()).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'HEARTBEAT_STORE_CORRUPT');
  });
});
