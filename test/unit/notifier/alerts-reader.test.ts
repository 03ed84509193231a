import { expect } from 'chai';
import { readAlerts } from '../../../actors/notifier/outbox/alerts-reader.js';
import { UnstoredAlerts } from '../../../actors/notifier/outbox/unstored-alerts.js';
import type { AlertId, AlertRecord } from '../../../src/domain/alert.js';
import { recordAt } from '../../support/alert-records.js';

const turn = (): Promise<void> => Promise.resolve();

describe('a list of alerts', () => {
  it('has those that the disk has not got yet in their places, each once, however many', async () => {
    const all = Array.from({ length: 6000 }, (_, index) => recordAt(index + 1, 'pending'));
    // Every other one of the older half, and a few of both.
    const isStored = (index: number): boolean => index < 3000 && index % 2 === 0;
    const stored = all.filter((_, index) => isStored(index)).reverse();
    const unstored = new UnstoredAlerts();
    // Not in the order of raising.
    for (const [index, record] of [...all.entries()].reverse())
      if (!isStored(index) || index % 3 === 0) unstored.put(record);
    const chunks = async function* (): AsyncGenerator<readonly AlertRecord[]> {
      for (let at = 0; at < stored.length; at += 100) yield await Promise.resolve(stored.slice(at, at + 100));
    };
    const listed: AlertRecord[] = [];
    for await (const chunk of readAlerts({ alerts: chunks }, unstored, {}, turn)) listed.push(...chunk);
    expect(listed).to.deep.equal([...all].reverse());
  });

  it('looks at no more of what the disk has not got yet than the page needs', async () => {
    const unstored = new Watched();
    for (let index = 0; index < 100_000; index++) unstored.put(recordAt(index + 1, 'pending'));
    const nothing = async function* (): AsyncGenerator<readonly AlertRecord[]> {
      yield await Promise.resolve([]);
    };
    for await (const chunk of readAlerts(
      { alerts: nothing },
      unstored,
      {
        before: recordAt(50_000, 'pending').alert.id,
      },
      turn,
    )) {
      expect(chunk[0]).to.deep.equal(recordAt(49_999, 'pending'));
      break;
    }
    expect(unstored.looked).to.be.at.most(501);
  });

  it('gives others their turn where very many do not match', async () => {
    const unstored = new UnstoredAlerts();
    for (let index = 0; index < 10_000; index++) unstored.put(recordAt(index + 1, 'pending'));
    unstored.put(recordAt(1, 'dead'));
    let turns = 0;
    const counted = (): Promise<void> => {
      turns++;
      return Promise.resolve();
    };
    const nothing = async function* (): AsyncGenerator<readonly AlertRecord[]> {
      yield await Promise.resolve([]);
    };
    const listed: AlertRecord[] = [];
    for await (const chunk of readAlerts({ alerts: nothing }, unstored, { states: ['dead'] }, counted))
      listed.push(...chunk);
    expect(listed).to.deep.equal([recordAt(1, 'dead')]);
    expect(turns).to.equal(19);
  });

  it('is the state at the time of the request, despite later writes', async () => {
    const unstored = new UnstoredAlerts();
    const all = Array.from({ length: 1200 }, (_, index) => recordAt(index + 1, 'pending'));
    for (const record of all) unstored.put(record);
    const nothing = async function* (): AsyncGenerator<readonly AlertRecord[]> {
      // They are stored now, while a reader is still reading the older ones.
      for (const { alert } of all) unstored.delete(alert.id);
      yield await Promise.resolve([]);
    };
    const listed: AlertRecord[] = [];
    for await (const chunk of readAlerts({ alerts: nothing }, unstored, {}, turn)) listed.push(...chunk);
    expect(listed).to.deep.equal(all.toReversed());
    expect(unstored.size).to.equal(0);
  });
});

class Watched extends UnstoredAlerts {
  looked = 0;

  override now(): ReturnType<UnstoredAlerts['now']> {
    const then = super.now();
    const look = (): void => {
      this.looked++;
    };
    return {
      has: (id) => then.has(id),
      *newestFirst(before: AlertId | undefined) {
        for (const record of then.newestFirst(before)) {
          look();
          yield record;
        }
      },
    };
  }
}
