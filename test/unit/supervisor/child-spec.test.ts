import { expect } from 'chai';
import {
  checkChildSpecs,
  type ChildPolicy,
  type SupervisorPolicy,
} from '../../../actors/supervisor/child-spec.js';
import { POLICY } from './play.js';

const CHILD: ChildPolicy = { id: 'history', restart: 'permanent', shutdown: 5 };

function problems(policy: Partial<SupervisorPolicy>, children: readonly ChildPolicy[] = [CHILD]): () => void {
  return () => {
    checkChildSpecs({ ...POLICY, ...policy }, children);
  };
}

describe('child specs', () => {
  it('accepts a sound supervisor, one without children too', () => {
    expect(problems({})).not.to.throw();
    expect(problems({ intensity: 0, period: 0.5, backoff: { min: 0, max: 0 } }, [])).not.to.throw();
    expect(problems({}, [{ ...CHILD, shutdown: 0 }])).not.to.throw();
  });

  it('refuses two children of one id', () => {
    expect(problems({}, [CHILD, CHILD])).to.throw('two children have the id "history"');
  });

  it('refuses an empty id', () => {
    expect(problems({}, [{ ...CHILD, id: '' }])).to.throw('a child has an empty id');
  });

  for (const shutdown of [-1, NaN, Infinity])
    it(`refuses a shutdown of ${shutdown}`, () => {
      expect(problems({}, [{ ...CHILD, shutdown }])).to.throw(
        `shutdown of "history" must be seconds from 0, not ${shutdown}`,
      );
    });

  for (const intensity of [-1, 1.5, NaN, Infinity])
    it(`refuses an intensity of ${intensity}`, () => {
      expect(problems({ intensity })).to.throw(`intensity must be a whole number from 0, not ${intensity}`);
    });

  for (const period of [0, -5, NaN, Infinity])
    it(`refuses a period of ${period}`, () => {
      expect(problems({ period })).to.throw(`period must be more than 0 seconds, not ${period}`);
    });

  it('refuses a back-off that is negative, endless or upside down', () => {
    expect(problems({ backoff: { min: -1, max: 1 } })).to.throw('backoff.min must be seconds from 0, not -1');
    expect(problems({ backoff: { min: 1, max: Infinity } })).to.throw(
      'backoff.max must be seconds from backoff.min',
    );
    expect(problems({ backoff: { min: 2, max: 1 } })).to.throw(
      'backoff.max must be seconds from backoff.min, not 1',
    );
  });

  it('lists every problem at once', () => {
    expect(problems({ intensity: -1, period: 0 }, [{ ...CHILD, shutdown: -2 }])).to.throw(
      /^invalid supervisor: intensity .*; period .*; shutdown /,
    );
  });
});
