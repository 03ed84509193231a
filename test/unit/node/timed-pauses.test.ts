import { expect } from 'chai';
import { TimedPauses } from '../../../actors/node/timed-pauses.js';
import { instant, moment } from '../../../src/domain/time.js';

const WALL = 1_700_000_000_000;

/** Pauses by two clocks. */
class Pauses {
  readonly pauses = new TimedPauses<string>();
  now = 0;
  /** The wall clock minus the monotonic one. */
  lead = WALL;

  set(node: string, lasts: number): void {
    const wall = this.now + this.lead;
    this.pauses.set(node, instant(wall + lasts), moment(this.now), instant(wall));
  }

  /** How often all pauses were looked at. */
  looks = 0;

  over(most = 10): readonly string[] {
    if (this.now < this.pauses.nextAt) return [];
    this.looks++;
    return this.pauses.over(moment(this.now), instant(this.now + this.lead), most).map(([node]) => node);
  }
}

describe('pauses that end by themselves', () => {
  it('end once both clocks have reached their end, and come again until they are stored', () => {
    const pauses = new Pauses();
    pauses.set('a', 1000);
    pauses.now = 999;
    expect(pauses.over()).to.deep.equal([]);
    pauses.now = 1000;
    expect(pauses.over()).to.deep.equal(['a']);
    expect(pauses.over()).to.deep.equal([]);
    pauses.now = 2000;
    expect(pauses.over()).to.deep.equal(['a']);
  });

  it('are looked at once a second while the wall clock is set back, and not in each tick', () => {
    const pauses = new Pauses();
    for (let number = 0; number < 100; number++) pauses.set(String(number), 1000);
    pauses.lead -= 3_600_000;
    for (let tick = 0; tick < 500; tick++) {
      pauses.now = 1000 + tick * 20;
      expect(pauses.over()).to.deep.equal([]);
    }
    expect(pauses.looks).to.equal(10);
    pauses.lead += 3_600_000;
    pauses.now += 1000;
    expect(pauses.over(1000)).to.have.length(100);
  });

  it('end exactly when a wall clock that was set back a little reaches their end', () => {
    const pauses = new Pauses();
    pauses.set('a', 1000);
    pauses.lead -= 300;
    pauses.now = 1000;
    expect(pauses.over()).to.deep.equal([]);
    pauses.now = 1299;
    expect(pauses.over()).to.deep.equal([]);
    pauses.now = 1300;
    expect(pauses.over()).to.deep.equal(['a']);
  });
});
