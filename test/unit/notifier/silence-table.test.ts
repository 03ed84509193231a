import { expect } from 'chai';
import fc from 'fast-check';
import { SilenceTable } from '../../../actors/notifier/silences/silence-table.js';
import { Silencing } from '../../../actors/notifier/rules/silencing.js';
import { FailedNodes } from '../../../actors/notifier/rules/failed-nodes.js';
import { Flapping } from '../../../actors/notifier/rules/flapping.js';
import { MassFailure } from '../../../actors/notifier/rules/mass-failure.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { AlertIds } from '../../../src/domain/alert-id.js';
import { silencesAt, type Silence, type SilenceId } from '../../../src/domain/silence.js';
import { instant, moment } from '../../../src/domain/time.js';
import { alertAt, delivery } from '../../support/alert-records.js';
import { node } from '../../support/ids.js';

const NOW = 1_000_000;
const HOUR = 3_600_000;
const idOf = (number: number) => String(number).padStart(26, '0') as SilenceId;

class Table {
  wall = NOW;
  readonly silences = new SilenceTable({ wall: () => instant(this.wall) });

  /** Made in the order of their numbers. */
  put(number: number, matcher: string, from = NOW, to = NOW + HOUR): void {
    const times = { startsAt: instant(from), endsAt: instant(to), updatedAt: instant(from) };
    this.silences.put({ id: idOf(number), matchers: [matcher], by: 'ann', ...times } satisfies Silence);
  }

  of(name: string, labels: Readonly<Record<string, string>> = {}): readonly SilenceId[] {
    return this.silences.of({ name: node(name), labels });
  }

  /** @returns how many comparisons it takes */
  counted(look: () => unknown): number {
    const before = this.silences.compared;
    look();
    return this.silences.compared - before;
  }
}

describe('the table of silences', () => {
  it('compares a silence with a node once, however often the node flips', () => {
    const table = new Table();
    for (let number = 0; number < 100; number++) table.put(number, `name=~.*-${number}`);
    expect(table.counted(() => table.of('web-7'))).to.equal(100);
    expect(table.of('web-7')).to.deep.equal([idOf(7)]);
    expect(table.counted(() => table.of('web-7'))).to.equal(0);
    table.put(100, 'name=~web-.*');
    expect(
      table.counted(() => table.of('web-7')),
      'only the new one',
    ).to.equal(1);
    expect(table.of('web-7')).to.deep.equal([idOf(7), idOf(100)]);
    table.put(7, 'name=~.*-7', NOW, NOW);
    expect(table.of('web-7'), 'ended by hand').to.deep.equal([idOf(100)]);
    expect(
      table.counted(() => table.of('web-7', { env: 'prod' })),
      'other labels',
    ).to.equal(100);
    expect(
      table.counted(() => table.of('web-7', { env: 'prod' })),
      'equal labels',
    ).to.equal(0);
  });

  it('forgets what is deleted, and finds again what a clock that is set back makes active', () => {
    const table = new Table();
    table.put(1, 'name=~web-.*', NOW, NOW + 100);
    table.put(2, 'name=web-1', NOW, NOW + 200);
    table.put(3, 'name=web-1', NOW + 150, NOW + 200);
    expect(table.of('web-1')).to.deep.equal([idOf(1), idOf(2)]);
    table.wall = NOW + 160;
    expect(table.of('web-1'), 'a pending one has begun').to.deep.equal([idOf(2), idOf(3)]);
    table.wall = NOW + 300;
    expect(table.of('web-1')).to.deep.equal([]);
    expect(table.counted(() => table.of('new'))).to.equal(0);
    table.wall = NOW + 50;
    expect(table.of('web-1')).to.deep.equal([idOf(1), idOf(2)]);
    expect(table.of('web-2'), 'a node that was not asked for meanwhile').to.deep.equal([idOf(1)]);
    table.silences.delete(idOf(1));
    expect(table.of('web-1')).to.deep.equal([idOf(2)]);
    expect(table.of('web-2')).to.deep.equal([]);
  });

  it('remembers the nodes that were asked for last, and no more than 50,000', () => {
    const table = new Table();
    table.put(1, 'name=~.*-1');
    const each = (from: number, to: number) => () => {
      for (let number = from; number < to; number++) table.of(`n-${number}`);
    };
    expect(table.counted(each(0, 60_000))).to.equal(60_000);
    expect(table.counted(each(40_000, 60_000)), 'the last ones').to.equal(0);
    expect(table.counted(each(0, 10)), 'the first ones').to.equal(10);
  });

  it('compares a past range with the silences in it only', () => {
    const table = new Table();
    table.wall = NOW + 10 * HOUR;
    for (let number = 0; number < 100; number++)
      table.put(number, 'name=~.*', NOW + number * 1000, NOW + number * 1000 + 500);
    table.put(100, 'name=~.*', NOW + 11 * HOUR, NOW + 12 * HOUR);
    const web = { name: node('web'), labels: {} };
    const range = { from: instant(NOW + 10_499), to: instant(NOW + 12_000) };
    const look = () => [...table.silences.intervalsOf(web, range)].map((interval) => interval?.id);
    expect(look()).to.deep.equal([idOf(10), idOf(11), idOf(12)]);
    expect(table.counted(look)).to.equal(3);
  });

  it('knows who was silenced at each instant', () => {
    const drawn = fc.array(fc.tuple(fc.nat(40), fc.nat(15)), { maxLength: 8 });
    fc.assert(
      fc.property(drawn, fc.array(fc.nat(60), { maxLength: 10 }), (stretches, times) => {
        const intervals = stretches
          .toSorted(([a], [b]) => a - b)
          .map(([from, length], number) => ({
            id: idOf(number),
            from: instant(from),
            to: instant(from + length),
            isMaintenance: false,
          }));
        const instants = times.toSorted((a, b) => a - b).map(instant);
        expect(silencesAt(instants, intervals)).to.deep.equal(
          instants.map((at) => intervals.filter(({ from, to }) => from <= at && at < to).map(({ id }) => id)),
        );
      }),
    );
  });
});

describe('a look at all open alerts', () => {
  it('goes in steps of so many comparisons', () => {
    const table = new Table();
    for (let number = 0; number < 1000; number++) table.put(number, `name=~.*-${number}`);
    const open = new OpenAlerts();
    const ids = new AlertIds(() => 0.5);
    for (let number = 0; number < 100; number++) {
      const alert = alertAt(NOW + number);
      const facts = alert.node && { ...alert.node, name: node(`n-${number}`) };
      const record = { alert: { ...alert, node: facts }, deliveries: [delivery('pending')] };
      open.put(record, moment(0));
    }
    const massFailure = new MassFailure({ share: 1, atLeast: 1_000_000, window: 1, hold: 1 });
    const flapping = new Flapping({ maxPerHour: 100 });
    const silencing = new Silencing({
      open,
      failed: new FailedNodes(),
      table: table.silences,
      clock: { wall: () => instant(NOW) },
      rules: { ids, flapping, massFailure, nextHold: () => undefined },
    });
    silencing.resume();
    const steps: number[] = [];
    let held = 0;
    do {
      steps.push(
        table.counted(() => {
          held += silencing.due(moment(0), instant(NOW)).length;
        }),
      );
    } while (silencing.isChecking);
    expect(held, 'all fit').to.equal(100);
    expect(Math.max(...steps)).to.be.at.most(2_500 + 1000);
    expect(steps.reduce((sum, step) => sum + step)).to.equal(100_000);
  });
});
