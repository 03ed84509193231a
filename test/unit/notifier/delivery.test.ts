import { expect } from 'chai';
import {
  deliveryTo,
  endsWithRecovery,
  isFailure,
  isSummary,
  moved,
  trailingUnnotified,
  withDelivery,
  type OpenDelivery,
} from '../../../actors/notifier/outbox/delivery.js';
import type { AlertType, Delivery } from '../../../src/domain/alert.js';
import { alertAt, alertId, delivery, recordAt } from '../../support/alert-records.js';

const FOLDS = { count: 1, ids: [alertId(1)] };
let at = 0;

function open(type: AlertType, more: Partial<Delivery> = {}): OpenDelivery {
  const one = delivery('pending', more);
  return { record: { alert: alertAt(++at, { type }), deliveries: [one] }, delivery: one };
}

describe('a delivery', () => {
  it('is found and replaced by its channel', () => {
    const record = recordAt(1, 'pending', 'held');
    expect(deliveryTo(record, 'b')?.state).to.equal('held');
    expect(deliveryTo(record, 'c')).to.equal(undefined);
    const changed = withDelivery(record, delivery('dead', { channel: 'b' }));
    expect(changed.deliveries.map(({ channel, state }) => `${channel} ${state}`)).to.deep.equal([
      'a pending',
      'b dead',
    ]);
    expect(moved(delivery('held', { hold: 'flapping' }), 'pending')).to.deep.equal(delivery('pending'));
  });

  it('is of a failure, or of something else', () => {
    for (const type of ['node.failed', 'node.reported_failure'] as const)
      expect(isFailure(open(type)), type).to.equal(true);
    for (const type of ['node.inactive', 'node.recovered', 'mass_failure'] as const)
      expect(isFailure(open(type)), type).to.equal(false);
  });

  it('ends with the recovery of its node, if it is held only while that is failed', () => {
    for (const hold of ['acknowledged', 'dependency'] as const)
      expect(endsWithRecovery(open('node.failed', { hold })), hold).to.equal(true);
    for (const hold of ['flapping', 'mass_failure'] as const)
      expect(endsWithRecovery(open('node.failed', { hold })), hold).to.equal(false);
  });

  it('is of a summary, if it folds others or will fold some', () => {
    expect(isSummary(open('node.failed', { hold: 'flapping' }))).to.equal(true);
    expect(isSummary(open('node.failed', { folds: FOLDS }))).to.equal(true);
    expect(isSummary(open('node.failed', { hold: 'dependency' }))).to.equal(false);
  });
});

describe('the latest deliveries that nobody was notified of', () => {
  const trailing = (...all: readonly OpenDelivery[]): number[] =>
    trailingUnnotified(all).map((each) => all.indexOf(each));

  it('begin behind the last attempt', () => {
    expect(trailing(open('node.failed'), open('node.inactive'))).to.deep.equal([0, 1]);
    expect(
      trailing(open('node.failed'), open('node.failed', { attempts: 1 }), open('node.inactive')),
    ).to.deep.equal([2]);
    expect(trailing(open('node.failed', { attempts: 1 }))).to.deep.equal([]);
  });

  it('begin behind the end of an earlier failure, unless that is part of a summary', () => {
    expect(trailing(open('node.recovered'), open('node.failed'))).to.deep.equal([1]);
    expect(trailing(open('node.recovered', { hold: 'flapping' }), open('node.failed'))).to.deep.equal([0, 1]);
    expect(trailing(open('node.deleted', { folds: FOLDS }), open('node.failed'))).to.deep.equal([0, 1]);
  });
});
