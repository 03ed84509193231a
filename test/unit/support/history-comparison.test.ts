import { expect } from 'chai';
import {
  compareHistory,
  type Call,
  type Circumstances,
  type Outage,
  type Session,
} from '../../support/history-comparison.js';

const TIMEOUT = 2000;

const QUIET: Circumstances = { timeout: TIMEOUT, outages: [], tolerance: 5, stall: 1000 };

/** The daemon was killed at `at`, and had recovered the users at `back`. */
function killed(at: number, back: number, behind = 50): Outage {
  return {
    cause: 'killed',
    began: { earliest: at, latest: at + 20 },
    ended: { earliest: back, latest: back + 20 },
    aliveAt: at,
    settled: at - behind,
  };
}

/** The daemon was asked to stop at `at`, was alive for another second, and had recovered the users at `back`. */
function stopped(at: number, back: number): Outage {
  return {
    cause: 'killed',
    began: { earliest: at, latest: at + 1200 },
    ended: { earliest: back, latest: back },
    aliveAt: at + 1000,
    settled: at + 1000,
  };
}

function stalled(from: number, to: number): Outage {
  return { cause: 'stalled', began: { earliest: from, latest: from }, ended: { earliest: to, latest: to } };
}

function call(kind: Call['kind'], sent: number, outcome: Call['outcome'] = 'acknowledged'): Call {
  return { user: '1', kind, sent, answered: sent + 20, outcome };
}

const heal = (sent: number, outcome?: Call['outcome']): Call => call('heal', sent, outcome);
const goodbye = (sent: number, outcome?: Call['outcome']): Call => call('goodbye', sent, outcome);

function session(onlineAt: number, offlineAt: number): Session {
  return { onlineAt, offlineAt };
}

describe('the comparison of a history with the answers to its client', () => {
  describe('finds nothing wrong with', () => {
    const right: [string, Call[], Session[], Outage[]?][] = [
      ['a user who never came', [], []],
      ['a session that ends one timeout after its last heal', [heal(0), heal(1500)], [session(10, 3510)]],
      ['a session that ends with a goodbye', [heal(0), heal(1500), goodbye(1800)], [session(10, 1810)]],
      ['a goodbye of somebody offline', [goodbye(0), heal(100)], [session(110, 2110)]],
      [
        'a goodbye and a heal in one moment',
        [heal(0), goodbye(500), heal(520)],
        [session(0, 520), session(520, 2520)],
      ],
      ['silence, and another session', [heal(0), heal(6000)], [session(0, 2000), session(6010, 8010)]],
      ['a heal at the deadline, either way', [heal(0), heal(2000)], [session(15, 4015)]],
      ['a refused opening that left nothing', [heal(0, 'refused')], []],
      ['a lost opening that left nothing', [heal(0, 'lost')], [], [killed(10, 900)]],
      ['a lost opening that left a session', [heal(0, 'lost')], [session(5, 2008)], [killed(10, 900)]],
      ['a session resumed after a kill', [heal(0), heal(2500)], [session(10, 4510)], [killed(1000, 2000)]],
      [
        'a session whose deadline came during an orderly stop',
        [heal(0)],
        [session(10, 4700)],
        [stopped(1700, 3500)],
      ],
      [
        'a heal that was sent while the daemon was away, and a stall soon after its start',
        [{ ...heal(1900), answered: 2300 }],
        [session(2100, 5000)],
        [killed(1000, 2000), stalled(2200, 3100)],
      ],
      [
        'a session given up after a kill',
        [heal(0), heal(9000)],
        [session(10, 2900), session(9000, 11_000)],
        [killed(1000, 2000)],
      ],
      [
        'a session that was over, and not stored to be, when a slow daemon was killed',
        [heal(0), heal(9000)],
        [session(10, 5000), session(9000, 11_000)],
        [killed(3000, 4000, 1500)],
      ],
      [
        'a session that lasted through a stall',
        [heal(0), heal(4000)],
        [session(10, 6010)],
        [stalled(1000, 3000)],
      ],
      [
        'a lost goodbye that had been stored',
        [heal(0), goodbye(500, 'lost'), heal(3000)],
        [session(10, 505), session(3010, 5010)],
        [killed(510, 2000)],
      ],
      [
        'a lost goodbye that had not been stored',
        [heal(0), goodbye(500, 'lost'), heal(3000)],
        [session(10, 5010)],
        [killed(510, 2000)],
      ],
    ];
    for (const [what, calls, stored, outages = []] of right) {
      it(what, () => {
        expect(compareHistory(calls, stored, { ...QUIET, outages })).to.deep.equal([]);
      });
    }
  });

  describe('finds', () => {
    const wrong: [string, Call[], Session[], Outage[]?][] = [
      ['an acknowledged session that is missing', [heal(0)], []],
      ['an acknowledged session that a kill lost', [heal(0)], [], [killed(500, 1000)]],
      ['a later session that is missing', [heal(0), heal(6000)], [session(0, 2000)]],
      ['a session that nobody opened', [heal(0)], [session(10, 2010), session(2500, 4500)]],
      ['a session that is stored twice', [heal(0)], [session(10, 2010), session(10, 2010)]],
      ['a session that is stored twice, a little later', [heal(0)], [session(10, 2010), session(2011, 2020)]],
      [
        'a refused opening that was kept',
        [heal(0, 'refused'), heal(6000)],
        [session(10, 2010), session(6010, 8010)],
      ],
      ['a wrong beginning', [heal(0)], [session(60, 2060)]],
      [
        'a beginning that a kill has moved',
        [heal(0), heal(2500)],
        [session(2000, 4510)],
        [killed(1000, 2000)],
      ],
      ['an end that is too early', [heal(0), heal(1500)], [session(10, 3400)]],
      ['an end that is too late', [heal(0), heal(1500)], [session(10, 3600)]],
      [
        'an end before the last acknowledged heal, after a kill',
        [heal(0), heal(1500)],
        [session(10, 1400)],
        [killed(1600, 2600)],
      ],
      ['an end more than a timeout late, after a kill', [heal(0)], [session(10, 4100)], [killed(1600, 9000)]],
      [
        'an end later than a timeout after the daemon was last alive',
        [heal(0), heal(9000)],
        [session(10, 5100), session(9000, 11_000)],
        [killed(3000, 4000, 1500)],
      ],
      [
        'an end that is not exact although it was stored well before the kill',
        [heal(0)],
        [session(10, 2300)],
        [killed(4000, 5000)],
      ],
      ['a goodbye that is not the end', [heal(0), goodbye(500)], [session(10, 2010)]],
      [
        'a goodbye that a kill lost',
        [heal(0), goodbye(500), heal(2500)],
        [session(10, 4510)],
        [killed(600, 2000)],
      ],
      ['a session torn in two', [heal(0), heal(1500)], [session(10, 1000), session(1510, 3510)]],
      ['two sessions made one', [heal(0), heal(6000)], [session(10, 8010)]],
      [
        'a session that should have been resumed',
        [heal(0), heal(2500)],
        [session(10, 2490), session(2510, 4510)],
        [killed(1000, 2000)],
      ],
      [
        'a session that ended in a stall',
        [heal(0), heal(2990)],
        [session(10, 2010), session(3000, 5000)],
        [stalled(1000, 2900)],
      ],
      ['sessions that overlap', [heal(0), goodbye(500), heal(520)], [session(0, 520), session(515, 2520)]],
      ['a session that ends before it begins', [heal(0)], [session(10, 0)]],
    ];
    for (const [what, calls, stored, outages = []] of wrong) {
      it(what, () => {
        expect(compareHistory(calls, stored, { ...QUIET, outages })).to.have.length(1);
      });
    }
  });
});
