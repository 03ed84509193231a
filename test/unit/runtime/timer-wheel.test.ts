import { expect } from 'chai';
import { moment } from '../../../src/domain/time.js';
import { Timer, TimerWheel } from '../../../src/runtime/timer-wheel.js';

const RESOLUTION = 20;
const REVOLUTION = 1024 * RESOLUTION;
const START = 1_000_000;
const YEAR = 365 * 86_400_000;

class Alarm extends Timer {
  readonly owner: string;

  constructor(owner: string) {
    super();
    this.owner = owner;
  }
}

describe('a timing wheel', () => {
  let wheel: TimerWheel<Alarm>;

  beforeEach(() => {
    wheel = new TimerWheel(moment(START), RESOLUTION);
  });

  function armed(owner: string, deadline: number): Alarm {
    const timer = new Alarm(owner);
    wheel.arm(timer, moment(deadline));
    return timer;
  }

  function due(to: number, also: (timer: Alarm) => void = () => undefined): string[] {
    const owners: string[] = [];
    wheel.advance(moment(to), (timer) => {
      owners.push(timer.owner);
      also(timer);
    });
    return owners;
  }

  it('fires timers due before the moment it is advanced to, and not those due at it', () => {
    armed('before', START + 99.9);
    armed('at', START + 100);
    armed('after', START + 100.1);
    expect(due(START + 100)).to.deep.equal(['before']);
    expect(due(START + 100)).to.deep.equal([]);
    expect(due(START + 101)).to.have.members(['at', 'after']);
    expect(wheel.size).to.equal(0);
  });

  it('tells deadlines apart that share a slot', () => {
    for (let n = 0; n < 10; n++) armed(String(n), START + n);
    for (let n = 0; n < 10; n++) expect(due(START + n + 0.5)).to.deep.equal([String(n)]);
  });

  it('has no timer armed that it has handed over', () => {
    const timer = armed('a', START + 10);
    expect(timer.armed).to.equal(true);
    due(START + 11, (it) => expect(it.armed).to.equal(false));
    expect(timer.armed).to.equal(false);
  });

  it('follows a deadline that is moved nearer, further, or away', () => {
    const nearer = armed('nearer', START + 5000);
    const further = armed('further', START + 50);
    const away = armed('away', START + 50);
    wheel.arm(nearer, moment(START + 40));
    wheel.arm(further, moment(START + 6000));
    wheel.disarm(away);
    wheel.disarm(away);
    expect(due(START + 5999)).to.deep.equal(['nearer']);
    expect(due(START + 6001)).to.deep.equal(['further']);
    expect(wheel.size).to.equal(0);
  });

  it('follows a deadline that its owner postpones by just writing it', () => {
    const timer = armed('a', START + 50);
    timer.deadline = moment(START + REVOLUTION + 70);
    expect(due(START + REVOLUTION + 60)).to.deep.equal([]);
    expect(due(START + REVOLUTION + 80)).to.deep.equal(['a']);
  });

  it('finds everything in one advance of many revolutions', () => {
    for (const n of [7, 3, 0, 5]) armed(String(n), START + n * REVOLUTION * 0.7);
    expect(due(START + 6 * REVOLUTION * 0.7)).to.have.members(['0', '3', '5']);
    expect(due(START + 20 * REVOLUTION)).to.deep.equal(['7']);
  });

  it('fires at the next advance timers armed in the past, also when time stands still', () => {
    armed('long past', 0);
    armed('before time', -5000);
    expect(due(START)).to.have.members(['long past', 'before time']);
    due(START + 1000);
    armed('past', START + 10);
    expect(due(START + 1000)).to.deep.equal(['past']);
  });

  it('is not troubled by an advance to a moment that lies behind', () => {
    armed('a', START + 10);
    due(START + 1000);
    armed('b', START + 100);
    armed('c', START + 2000);
    expect(due(START + 500)).to.deep.equal(['b']);
    expect(due(START + 2001)).to.deep.equal(['c']);
  });

  it('holds timers for years', () => {
    armed('years', START + 30 * YEAR);
    for (let years = 1; years < 30; years++) expect(due(START + years * YEAR)).to.deep.equal([]);
    expect(due(START + 30 * YEAR)).to.deep.equal([]);
    expect(due(START + 30 * YEAR + 1)).to.deep.equal(['years']);
  });

  it('hands over no more at once than it is told to, and the rest next time, unless it is postponed', () => {
    const timers = Array.from({ length: 10 }, (_, index) => armed(String(index), START + index));
    const owners: string[] = [];
    const take = (to: number): number => {
      const before = owners.length;
      wheel.advance(moment(START + to), ({ owner }) => owners.push(owner), 4);
      return owners.length - before;
    };
    expect(take(100)).to.equal(4);
    expect(wheel.isBehind).to.equal(true);
    const postponed = timers.find(({ owner }) => !owners.includes(owner))!;
    wheel.arm(postponed, moment(START + 500));
    expect([take(100), take(100), take(100)]).to.deep.equal([4, 1, 0]);
    expect(wheel.isBehind).to.equal(false);
    expect(take(501)).to.equal(1);
    expect(new Set(owners).size).to.equal(10);
  });

  it('keeps timers armed in the past during an advance for the next one', () => {
    armed('first', START + 300);
    const again = new Alarm('again');
    expect(due(START + 400, () => wheel.arm(again, moment(START + 1)))).to.deep.equal(['first']);
    expect(due(START + 400)).to.deep.equal(['again']);
  });

  it('may have its other timers moved and disarmed by those that are due, in the same slot too', () => {
    const timers = ['a', 'b', 'c', 'd', 'e'].map((owner) => armed(owner, START + 10));
    const [first, second] = due(START + 20, (timer) => {
      if (wheel.size < 4) return;
      const others = timers.filter((other) => other !== timer);
      wheel.disarm(others[0]!);
      wheel.arm(others[1]!, moment(START + 50));
      others[2]!.deadline = moment(START + 60);
    });
    expect(wheel.size).to.equal(2);
    expect(second).to.be.a('string').that.does.not.equal(first);
    expect(due(START + 51)).to.have.length(1);
    expect(due(START + 61)).to.have.length(1);
  });

  it('loses no timer when a callback throws', () => {
    for (const owner of ['a', 'b', 'c']) armed(owner, START + 10);
    const seen: string[] = [];
    const throwing = (timer: Alarm): void => {
      seen.push(timer.owner);
      if (seen.length === 1) throw new Error('not now');
    };
    expect(() => wheel.advance(moment(START + 20), throwing)).to.throw('not now');
    wheel.advance(moment(START + 20), throwing);
    expect(seen).to.have.members(['a', 'b', 'c']);
  });
});
