import { expect } from 'chai';
import { AttemptIntents, IntentRegister } from '../../../actors/notifier/outbox/attempt-intents.js';
import type { AlertId, AlertRecord } from '../../../src/domain/alert.js';
import { instant } from '../../../src/domain/time.js';
import { alertAt, delivery, recordAt } from '../../support/alert-records.js';

/** Attempt intents with an outbox in memory, and channels `a` and `b` that record alerts. */
class Outbox {
  readonly written: AlertRecord[] = [];
  readonly sent: string[] = [];
  readonly #records = new Map<AlertId, AlertRecord>();
  readonly intents: AttemptIntents;

  constructor() {
    const channel = (name: string) => ({
      granted: (id: AlertId) => this.sent.push(`${name} granted ${id}`),
      withdrawn: (id: AlertId) => this.sent.push(`${name} withdrawn ${id}`),
    });
    this.intents = new AttemptIntents(new IntentRegister(), {
      open: { get: (id) => this.#records.get(id) },
      writer: {
        put: (records) => {
          for (const record of records) this.put(record);
          this.written.push(...records);
        },
      },
      clock: { wall: () => instant(5_000) },
      channels: new Map(['a', 'b'].map((name) => [name, channel(name)])),
      rebuiltGroup: () => [],
      isRota: () => false,
      overridesAt: () => [],
      upToDate: (alert) => alert,
      begins: () => undefined,
    });
  }

  put(record: AlertRecord): void {
    this.#records.set(record.alert.id, record);
  }
}

describe('the intent of an attempt', () => {
  const record = recordAt(1, 'pending', 'pending');
  const { id } = record.alert;
  let outbox: Outbox;
  beforeEach(() => {
    outbox = new Outbox();
    outbox.put(record);
  });

  it('is stored ahead once for each channel', () => {
    outbox.intents.prepare('a', id);
    outbox.intents.prepare('a', id);
    expect(outbox.written).to.have.length(1);
    outbox.intents.prepare('b', id);
    expect(outbox.written).to.have.length(2);
  });

  it('stays ahead when the attempt through another channel begins', () => {
    outbox.intents.prepare('a', id);
    outbox.intents.prepare('b', id);
    for (const written of [...outbox.written]) outbox.intents.committed(written);
    outbox.intents.begin('a', id);
    outbox.intents.begin('b', id);
    expect(outbox.sent).to.deep.equal([`a granted ${id}`, `b granted ${id}`]);
    expect(outbox.written).to.have.length(2);
  });

  it('is not stored for a delivery that is over: the channel drops it', () => {
    outbox.put(recordAt(1, 'delivered', 'pending'));
    outbox.intents.begin('a', id);
    expect(outbox.written).to.deep.equal([]);
    expect(outbox.sent).to.deep.equal([`a withdrawn ${id}`]);
  });

  it('begins nothing once its alert has no such delivery', () => {
    outbox.intents.begin('a', id);
    outbox.put({ alert: alertAt(1), deliveries: [delivery('pending', { channel: 'b' })] });
    for (const written of [...outbox.written]) outbox.intents.committed(written);
    expect(outbox.sent).to.deep.equal([]);
  });
});
