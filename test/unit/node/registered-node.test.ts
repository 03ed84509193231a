import { expect } from 'chai';
import { acknowledgementOf } from '../../../actors/node/registered-node.js';
import type { Acknowledgement } from '../../../src/domain/node.js';
import { instant } from '../../../src/domain/time.js';
import { registered } from './support.js';

describe('the acknowledgement of a node', () => {
  const of = (acknowledged: Acknowledgement, state: 'failed' | 'inactive' = 'failed') =>
    acknowledgementOf(registered(state, 0, { acknowledged }), () => instant(100));
  const given: Acknowledgement = { by: 'ben', at: instant(50), since: instant(0) };

  it('counts while the failure lasts for which it was given', () => {
    expect(of(given)).to.equal(given);
    expect(of({ ...given, since: instant(1) }), 'an earlier failure').to.equal(undefined);
    expect(of(given, 'inactive'), 'the end of the failure').to.equal(undefined);
  });

  it('counts until its end, and not at it', () => {
    expect(of({ ...given, until: instant(101) })).to.have.property('until', 101);
    expect(of({ ...given, until: instant(100) })).to.equal(undefined);
  });
});
