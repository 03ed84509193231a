import { expect } from 'chai';
import { AlertWriter } from '../../../actors/notifier/outbox/alert-writer.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { UnnotifiedChannels } from '../../../actors/notifier/rules/unnotified-channels.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import { recordAt } from '../../support/alert-records.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

describe('the writer of alerts while the disk refuses writes', () => {
  let submitted: AlertRecord[][];
  let waiting: AlertRecord[];
  let writer: AlertWriter;

  beforeEach(() => {
    submitted = [];
    waiting = [];
    const deps = {
      clock: new SimulatedClock(),
      submit: (records: readonly AlertRecord[]) => submitted.push([...records]),
      refusing: () => true,
    };
    writer = new AlertWriter(new OpenAlerts(), new UnnotifiedChannels(), deps, (records) => {
      waiting.push(...records);
    });
  });

  const group = (): AlertRecord => {
    const { alert, deliveries } = recordAt(2, 'pending');
    return {
      alert: { ...alert, group: { nodes: [], alertIds: [recordAt(1, 'folded').alert.id] } },
      deliveries,
    };
  };

  it('keeps alerts in memory', () => {
    const record = recordAt(1, 'pending');
    writer.put([record]);
    writer.submit();
    expect(submitted).to.deep.equal([]);
    expect(waiting).to.deep.equal([record]);
  });

  it('lets a group wait in history with the alerts that it names: their flips may come after it', () => {
    const records = [group(), recordAt(1, 'folded')];
    writer.put(records);
    writer.submit();
    expect(submitted).to.deep.equal([records]);
  });

  it('keeps the attempts of a group in memory', () => {
    writer.put([group()]);
    writer.submit();
    expect(submitted).to.deep.equal([]);
  });
});
