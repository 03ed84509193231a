import { expect } from 'chai';
import { AcknowledgementExpiries } from '../../../actors/node/acknowledgement-expiries.js';
import { instant } from '../../../src/domain/time.js';

describe('acknowledgements that end', () => {
  it('end once each, at their instant, so many at a time', () => {
    const acknowledged = new AcknowledgementExpiries<string>();
    for (const [node, until] of [
      ['ann', 10],
      ['ben', 10],
      ['cat', 20],
      ['dan', 10],
    ] as const) {
      acknowledged.set(node, instant(until));
    }
    acknowledged.set('dan', undefined);
    const ended = (wall: number) => acknowledged.takeEnded(instant(wall), 1);
    const all = [9, 10, 10, 10, 19, 20, 20].map(ended);
    expect(all).to.deep.equal([[], ['ann'], ['ben'], [], [], ['cat'], []]);
    expect(acknowledged.size).to.equal(0);
  });

  it('end when the last that was said of a node says', () => {
    const acknowledged = new AcknowledgementExpiries<string>();
    acknowledged.set('ann', instant(10));
    acknowledged.set('ann', instant(30));
    acknowledged.set('ben', instant(40));
    acknowledged.set('ben', instant(5));
    const ended = (wall: number) => acknowledged.takeEnded(instant(wall), 9);
    expect([5, 29, 30].map(ended)).to.deep.equal([['ben'], [], ['ann']]);
  });
});
