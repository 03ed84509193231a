import { expect } from 'chai';
import {
  NOT_KNOWN,
  UNKNOWN,
  type Lease,
  type NodeMessage,
  type NodePhase,
  type NodeRules,
} from '../../../actors/node/decision.js';
import { decide } from '../../../actors/node/node.machine.js';
import type { NodeReply } from '../../../actors/node/node.protocol.js';
import { NOTHING_CHOSEN } from '../../../src/domain/node.js';
import { HeartbeatHistory } from '../../../src/domain/heartbeat-history.js';
import { instant, moment } from '../../../src/domain/time.js';
import type { AdaptiveTimeout } from '../../../src/domain/timeout.js';
import { ANN, DEADLINE, known, LEASE, registered, RULES } from './support.js';

const ACTIVE: NodePhase = known('active', 0);
const INACTIVE: NodePhase = known('inactive', 3);
const FAILED: NodePhase = known('failed', 3);
const PAUSED: NodePhase = known('active', 0, { pausedAt: instant(5) });
const REGISTERING: NodePhase = { phase: 'registering', by: 'put', ...registered('active', 0) };
const LEAVING: NodePhase = { phase: 'leaving', ...registered('active', 0) };
const CHANGING: NodePhase = {
  phase: 'changing',
  ...registered('active', 0),
  next: registered('active', 0, { pausedAt: instant(7) }).registration,
};

type Asked = 'heartbeat' | 'describe' | 'fail' | 'miss' | 'pause' | 'resume' | 'forget';
const ask = (kind: Asked, at: number): NodeMessage => ({
  kind,
  name: ANN,
  arrivedAt: moment(at),
  readAt: moment(at),
});
const expire = (horizon: number): NodeMessage => ({ kind: 'expire', horizon: moment(horizon) });
const stored: NodeMessage = { kind: 'settled', at: moment(DEADLINE), stored: true };
const refused: NodeMessage = {
  kind: 'settled',
  at: moment(DEADLINE),
  stored: false,
  code: 'HEARTBEAT_STORE_REFUSES',
};

/** The phase (and state) after a message, and its effects. */
const cases: readonly (readonly [string, NodePhase, NodeMessage, string, string])[] = [
  ['a miss means nothing of the unknown', UNKNOWN, ask('miss', 1), 'unknown', 'answer'],
  [
    'a miss that somebody knows of comes before the deadline',
    ACTIVE,
    ask('miss', 1),
    'known inactive 1',
    'await flip wait_for_status',
  ],
  [
    'a miss fails a node that has no retries left',
    INACTIVE,
    ask('miss', 1),
    'known failed 3',
    'rest flip wait_for_status',
  ],
  [
    'a miss comes on top of those that nobody had noticed',
    ACTIVE,
    ask('miss', DEADLINE + 1),
    'known inactive 2',
    'await flip await wait_for_status',
  ],
  ['a miss makes no difference to who has failed', FAILED, ask('miss', 1), 'known failed 3', 'answer'],
  ['a miss makes no difference to who is paused', PAUSED, ask('miss', 1), 'known active 0', 'answer'],
  ['a miss waits for a registration', REGISTERING, ask('miss', 1), 'registering active 0', 'defer'],
  [
    'a heartbeat registers the unknown',
    UNKNOWN,
    ask('heartbeat', 1),
    'registering active 0',
    'begin register wait',
  ],
  [
    'others wait for the registration',
    REGISTERING,
    ask('heartbeat', 1),
    'registering active 0',
    'begin wait',
  ],
  ['nobody fails who is being registered', REGISTERING, ask('fail', 1), 'registering active 0', 'defer'],
  ['a heartbeat in time', ACTIVE, ask('heartbeat', DEADLINE - 1), 'known active 0', 'begin answer'],
  [
    'a heartbeat at the deadline is in time',
    ACTIVE,
    ask('heartbeat', DEADLINE),
    'known active 0',
    'begin answer',
  ],
  [
    'one after it comes after the miss',
    ACTIVE,
    ask('heartbeat', DEADLINE + 1),
    'known active 0',
    'await flip begin flip wait_for_status',
  ],
  [
    'a heartbeat of the inactive',
    INACTIVE,
    ask('heartbeat', 1),
    'known active 0',
    'begin flip wait_for_status',
  ],
  ['a heartbeat of the failed', FAILED, ask('heartbeat', 1), 'known active 0', 'begin flip wait_for_status'],
  [
    'a heartbeat of the paused is recorded',
    PAUSED,
    ask('heartbeat', DEADLINE + 1),
    'known active 0',
    'begin answer',
  ],
  ['a heartbeat of who is being forgotten waits', LEAVING, ask('heartbeat', 1), 'leaving active 0', 'defer'],
  ['time that has not come round', ACTIVE, expire(DEADLINE), 'known active 0', 'watch'],
  ['the first miss', ACTIVE, expire(DEADLINE + 1), 'known inactive 1', 'await flip'],
  ['two at once', ACTIVE, expire(DEADLINE + 30_001), 'known inactive 2', 'await flip await'],
  [
    'all of them at once',
    ACTIVE,
    expire(DEADLINE + 90_001),
    'known failed 3',
    'await flip await await rest flip',
  ],
  ['the last miss', INACTIVE, expire(DEADLINE + 1), 'known failed 3', 'rest flip'],
  ['the failed do not fail again', FAILED, expire(DEADLINE + 1), 'known failed 3', ''],
  ['the paused never expire', PAUSED, expire(DEADLINE + 1), 'known active 0', ''],
  ['nor who is being paused', CHANGING, expire(DEADLINE + 1), 'changing active 0', ''],
  ['nor who is being forgotten', LEAVING, expire(DEADLINE + 1), 'leaving active 0', ''],
  ['a report', ACTIVE, ask('fail', 1), 'known failed 0', 'rest flip interrupt wait_for_status'],
  ['a report of the paused', PAUSED, ask('fail', 1), 'known failed 0', 'rest flip interrupt wait_for_status'],
  ['a report of the failed changes nothing', FAILED, ask('fail', 1), 'known failed 3', 'answer'],
  ['a pause', ACTIVE, ask('pause', 1), 'changing active 0', 'change wait'],
  ['a pause of the paused', PAUSED, ask('pause', 1), 'known active 0', 'answer'],
  [
    'a pause after the deadline',
    ACTIVE,
    ask('pause', DEADLINE + 1),
    'changing inactive 1',
    'await flip change wait',
  ],
  ['it rests once that is stored', CHANGING, stored, 'known active 0', 'rest release'],
  ['and goes on where it is not', CHANGING, refused, 'known active 0', 'watch note release'],
  ['a resumption', PAUSED, ask('resume', 1), 'changing active 0', 'change wait'],
  ['a resumption of who is not paused', ACTIVE, ask('resume', 1), 'known active 0', 'answer'],
  ['a second change waits', CHANGING, ask('pause', 1), 'changing active 0', 'defer'],
  ['to be forgotten', ACTIVE, ask('forget', 1), 'leaving active 0', 'forget wait'],
  ['forgotten', LEAVING, stored, 'unknown', 'rest release'],
  ['not forgotten after all', LEAVING, refused, 'known active 0', 'watch release'],
  ['registered', REGISTERING, stored, 'known active 0', 'watch release'],
  ['not registered after all', REGISTERING, refused, 'unknown', 'release'],
  ['nothing to resume', UNKNOWN, ask('resume', 1), 'unknown', 'answer'],
];

const put: NodeMessage = {
  kind: 'put',
  name: ANN,
  change: {},
  arrivedAt: moment(1),
  readAt: moment(1),
};
const answersTo = (state: NodePhase, message: NodeMessage, rules: Partial<NodeRules> = {}): NodeReply[] =>
  decide(state, LEASE, message, { ...RULES, ...rules }).effects.flatMap((effect) =>
    effect.kind === 'answer' ? [effect.reply] : [],
  );

describe('the state machine of a node', () => {
  for (const [what, before, message, after, effects] of cases)
    it(`${what}: ${after}`, () => {
      const decision = decide(before, LEASE, message, RULES);
      const { state } = decision;
      const shown =
        state.phase === 'unknown'
          ? state.phase
          : `${state.phase} ${state.status.state} ${String(state.status.retries)}`;
      expect([shown, decision.effects.map(({ kind }) => kind).join(' ')]).to.deep.equal([after, effects]);
    });

  it('gives each flip the deadline it passed, the heartbeat or the report', () => {
    const { effects } = decide(ACTIVE, LEASE, ask('heartbeat', DEADLINE + 45_000), RULES);
    const flips = effects.flatMap((effect) => (effect.kind === 'flip' ? [effect.flip] : []));
    expect(
      flips.map(({ to, at, cause, retries }) => [to, at - 1_700_000_000_000, cause, retries]),
    ).to.deep.equal([
      ['inactive', DEADLINE, 'silence', 1],
      ['active', DEADLINE + 45_000, 'heartbeat', 0],
    ]);
  });

  it('keeps flips in order where the wall clock does not', () => {
    const since = instant(1_700_000_000_000 + DEADLINE);
    const late = registered('active');
    const before: NodePhase = { phase: 'known', ...late, status: { ...late.status, since } };
    const { effects } = decide(before, LEASE, ask('fail', 1), RULES);
    expect(effects.flatMap((effect) => (effect.kind === 'flip' ? [effect.flip.at] : []))).to.deep.equal([
      since + 1,
    ]);
  });

  it('has a heartbeat on disk before it is answered where a restart would not make up for its loss', () => {
    const effects = (lease: Partial<Lease>, rules: Partial<NodeRules>) =>
      decide(ACTIVE, { ...LEASE, ...lease }, ask('heartbeat', 1), { ...RULES, ...rules }).effects.map(
        ({ kind }) => kind,
      );
    expect(effects({}, { blind: 5 })).to.deep.equal(['begin', 'store', 'wait_for_status']);
    expect(effects({}, { timeout: 120_001 })).to.deep.equal(['begin', 'store', 'wait_for_status']);
    expect(effects({ heardBlind: 5 }, { blind: 5 })).to.deep.equal(['begin', 'answer']);
    expect(effects({ unstored: true }, {})).to.deep.equal(['begin', 'wait_for_status']);
  });

  it('counts no registration by PUT as a heartbeat', () => {
    const began = (message: NodeMessage) =>
      decide(UNKNOWN, LEASE, message, RULES).effects.flatMap((effect) =>
        effect.kind === 'begin' ? [effect.heartbeat] : [],
      );
    expect(began(put)).to.deep.equal([false]);
    expect(began(ask('heartbeat', 1))).to.deep.equal([true]);
  });

  it('describes no node that is not registered yet', () => {
    for (const state of [UNKNOWN, REGISTERING])
      expect(answersTo(state, ask('describe', 1)), state.phase).to.deep.equal([NOT_KNOWN]);
  });

  it('describes a node at its deadline as inactive, and as active before it', () => {
    const shown = (at: number) =>
      answersTo(ACTIVE, ask('describe', at)).map((reply) =>
        reply.kind === 'node' ? reply.node.state : reply,
      );
    expect(shown(DEADLINE - 1)).to.deep.equal(['active']);
    expect(shown(DEADLINE)).to.deep.equal(['inactive']);
    expect(answersTo(ACTIVE, ask('describe', 1))).to.have.nested.property('0.created', false);
  });

  it('refuses a request whose precondition does not hold, and handles others as if they had none', () => {
    const refused = [{ kind: 'refused', code: 'HEARTBEAT_PRECONDITION_FAILED' }];
    expect(answersTo(UNKNOWN, { ...put, precondition: 'exists' })).to.deep.equal(refused);
    expect(answersTo(ACTIVE, { ...put, precondition: 'absent' })).to.deep.equal(refused);
    for (const precondition of ['absent', undefined] as const) {
      const { state } = decide(UNKNOWN, LEASE, { ...put, precondition }, RULES);
      expect(state.phase, precondition).to.equal('registering');
    }
  });

  it('refuses an acknowledgement with a precondition only of a node that has failed before it arrived', () => {
    const acknowledge = (at: number) =>
      answersTo(INACTIVE, {
        kind: 'acknowledge',
        by: 'ben',
        precondition: 'never',
        name: ANN,
        arrivedAt: moment(at),
        readAt: moment(at),
      });
    const refused = { kind: 'refused', code: 'HEARTBEAT_PRECONDITION_FAILED' };
    expect(acknowledge(DEADLINE)).not.to.deep.include(refused);
    expect(acknowledge(DEADLINE + 1)).to.deep.include(refused);
  });

  describe('with an adaptive timeout', () => {
    const ADAPTIVE: AdaptiveTimeout = { min: 100, max: 300_000 };
    const before = registered('active', 0);
    const adaptive: NodePhase = {
      phase: 'known',
      ...before,
      registration: { ...before.registration, settings: { ...NOTHING_CHOSEN, timeout: ADAPTIVE } },
    };
    /** Twenty heartbeats, one every 10 s; the last one at 200 s. */
    const heard = (): HeartbeatHistory => {
      const heartbeatHistory = new HeartbeatHistory();
      for (let at = 0; at <= 200_000; at += 10_000) heartbeatHistory.heard(moment(at), ADAPTIVE.max);
      return heartbeatHistory;
    };
    const kinds = (heartbeatHistory: HeartbeatHistory | undefined, at: number) =>
      decide(
        adaptive,
        { ...LEASE, deadline: moment(500_000), heartbeatHistory },
        ask('heartbeat', at),
        RULES,
      ).effects.map(({ kind }) => kind);

    it('misses once a timeout in force, counted from the last heartbeat', () => {
      const heartbeatHistory = heard();
      const timeout = Math.ceil(heartbeatHistory.timeout(8));
      const lease = { ...LEASE, deadline: moment(200_000 + timeout), heartbeatHistory };
      const { state, effects } = decide(adaptive, lease, expire(200_001 + 2 * timeout), RULES);
      expect(state).to.have.deep.nested.property('status.retries', 2);
      const deadlines = effects.flatMap((effect) => (effect.kind === 'await' ? [effect.deadline] : []));
      expect(deadlines).to.deep.equal([200_000 + 2 * timeout, 200_000 + 3 * timeout]);
    });

    it('has a heartbeat on disk first only where the timeout that it begins is longer than a restart gives', () => {
      expect(kinds(heard(), 210_000)).to.deep.equal(['begin', 'answer']);
      // Such an interval makes the next timeout as long as that.
      expect(kinds(heard(), 480_000)).to.deep.equal(['begin', 'store', 'wait_for_status']);
      expect(kinds(undefined, 210_000)).to.deep.equal(['begin', 'store', 'wait_for_status']);
      const heartbeatHistory = heard();
      kinds(heartbeatHistory, 480_000);
      expect(heartbeatHistory.learnt, 'deciding learns nothing').to.deep.equal(heard().learnt);
    });

    it('begins its max with other settings, after which nothing is measured from the last heartbeat', () => {
      const next = {
        ...adaptive.registration,
        settings: { ...NOTHING_CHOSEN, timeout: { ...ADAPTIVE, min: 9 } },
      };
      const { effects } = decide({ ...adaptive, phase: 'changing', next }, LEASE, stored, RULES);
      const begun = { deadline: DEADLINE + ADAPTIVE.max, expected: undefined };
      expect(effects.slice(1, 3)).to.deep.equal([
        { kind: 'interrupt' },
        { kind: 'restart', at: DEADLINE, begun },
      ]);
    });
  });
});
