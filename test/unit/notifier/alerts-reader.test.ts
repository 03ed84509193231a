import { expect } from 'chai';
import { readAlerts } from '../../../actors/notifier/alerts-reader.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import { recordAt } from '../../support/alert-records.js';

describe('a list of alerts', () => {
  it('has those that the disk has not got yet in their places, each once, however many', async () => {
    const all = Array.from({ length: 6000 }, (_, index) => recordAt(index + 1, 'pending'));
    // Every other one, of the older half, and a few of both.
    const isStored = (index: number): boolean => index < 3000 && index % 2 === 0;
    const stored = all.filter((_, index) => isStored(index)).reverse();
    const unstored = new Map(
      all.flatMap((record, index) =>
        isStored(index) && index % 3 > 0 ? [] : [[record.alert.id, record] as const],
      ),
    );
    const chunks = async function* (): AsyncGenerator<readonly AlertRecord[]> {
      for (let at = 0; at < stored.length; at += 100) yield await Promise.resolve(stored.slice(at, at + 100));
    };
    const listed: AlertRecord[] = [];
    for await (const chunk of readAlerts({ alerts: chunks }, unstored, {})) listed.push(...chunk);
    expect(listed).to.deep.equal([...all].reverse());
  });
});
