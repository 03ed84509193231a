import { expect } from 'chai';
import {
  ABSENT,
  decide,
  type Decision,
  type UserEffect,
  type UserMessage,
  type UserState,
} from '../../../actors/user/user.machine.js';
import type { Lease } from '../../../actors/user/running-session.js';
import type { UserRequest } from '../../../actors/user/user.protocol.js';
import { instant, moment } from '../../../src/domain/time.js';

const ONLINE_AT = instant(1_000_000);
const OPENED = moment(500);
const DEADLINE = 7500;

/** Without devices that are told apart. */
function leaseUntil(deadline: number, lastSeen: number): Lease {
  return {
    deadline: moment(deadline),
    lastSeen: moment(lastSeen),
    othersUntil: () => moment(deadline),
    devicesAt: () => undefined,
  };
}

const lease = leaseUntil(DEADLINE, 500);
const online: UserState = { phase: 'online', onlineAt: ONLINE_AT, openedAt: OPENED };
const opening: UserState = { phase: 'opening', openedAt: OPENED };
const leaving: UserState = {
  phase: 'leaving',
  session: { onlineAt: ONLINE_AT, openedAt: OPENED },
  reply: { kind: 'offline' },
};
const erasing: UserState = { phase: 'leaving', session: undefined, reply: { kind: 'erased' } };
const goodbyeUnderWay: UserState = { phase: 'leaving', session: undefined, reply: { kind: 'offline' } };

function at(kind: UserRequest['kind'], arrivedAt: number, readAt = arrivedAt): UserMessage {
  return { kind, arrivedAt: moment(arrivedAt), readAt: moment(readAt) };
}

/** Each effect in a word or two. */
function words(effects: readonly UserEffect[]): string {
  return effects.map(word).join(', ');
}

function word(effect: UserEffect): string {
  if (effect.kind === 'submit') {
    return 'session' in effect ? `${effect.entry} at ${effect.session.offlineAt - ONLINE_AT}` : effect.entry;
  }
  if (effect.kind === 'answer' || effect.kind === 'release') {
    return `${effect.kind} ${effect.reply.kind === 'refused' ? effect.reply.code : effect.reply.kind}`;
  }
  return effect.kind;
}

type Row = readonly [
  promise: string,
  state: UserState,
  message: UserMessage,
  phase: UserState['phase'],
  effects: string,
];

const STORED: UserMessage = { kind: 'settled', stored: true, onlineAt: ONLINE_AT };
const REFUSED: UserMessage = { kind: 'settled', stored: false, code: 'HEARTBEAT_STORE_REFUSES' };

const rows: readonly Row[] = [
  [
    'a first heal opens a session and waits for the disk',
    ABSENT,
    at('heal', 500),
    'opening',
    'open, extend, wait',
  ],
  ['a heal while the opening is written waits with it', opening, at('heal', 600), 'opening', 'extend, wait'],
  ['a stored opening answers all who wait', opening, STORED, 'online', 'watch, release online'],
  ['a refused opening refuses all who wait', opening, REFUSED, 'absent', 'release HEARTBEAT_STORE_REFUSES'],
  ['a heal in time extends', online, at('heal', 5000), 'online', 'extend, answer online'],
  ['a heal at the deadline extends', online, at('heal', DEADLINE), 'online', 'extend, answer online'],
  [
    'a heal after it ends the session there and opens another',
    online,
    at('heal', DEADLINE + 1),
    'opening',
    'end at 7000, open, extend, wait',
  ],
  [
    'a heal read late that arrived in time extends',
    online,
    at('heal', DEADLINE, DEADLINE + 900),
    'online',
    'extend, answer online',
  ],
  [
    'a checkup before the deadline is told online',
    online,
    at('checkup', DEADLINE - 1),
    'online',
    'answer online',
  ],
  ['a checkup at the deadline is told offline', online, at('checkup', DEADLINE), 'online', 'answer offline'],
  [
    'a checkup while the opening is written is told offline',
    opening,
    at('checkup', 600),
    'opening',
    'answer offline',
  ],
  ['a goodbye ends the session now', online, at('goodbye', 2500), 'leaving', 'close at 2000, wait'],
  [
    'a goodbye after the deadline ends it at the deadline',
    online,
    at('goodbye', 9000),
    'leaving',
    'close at 7000, wait',
  ],
  [
    'a goodbye of a stranger waits for what is on its way to the disk',
    ABSENT,
    at('goodbye', 1),
    'leaving',
    'flush, wait',
  ],
  ['a goodbye while the opening is written comes after it', opening, at('goodbye', 600), 'opening', 'defer'],
  ['a second goodbye waits with the first', goodbyeUnderWay, at('goodbye', 600), 'leaving', 'wait'],
  ['a heal while a goodbye is written comes after it', goodbyeUnderWay, at('heal', 600), 'leaving', 'defer'],
  ['a stored goodbye answers offline', goodbyeUnderWay, STORED, 'absent', 'release offline'],
  ['a stored goodbye ends the session for good', leaving, STORED, 'absent', 'release offline'],
  ['a second erasure waits with the first', erasing, at('erase', 600), 'leaving', 'wait'],
  ['an erasure while a goodbye is written comes after it', leaving, at('erase', 600), 'leaving', 'defer'],
  ['a goodbye while an erasure is written comes after it', erasing, at('goodbye', 600), 'leaving', 'defer'],
  ['an erasure waits for the disk', online, at('erase', 600), 'leaving', 'erase, wait'],
  [
    'an expiry past the deadline ends the session at it',
    online,
    { kind: 'expire', horizon: moment(DEADLINE + 1) },
    'absent',
    'end at 7000',
  ],
  [
    'an expiry at the deadline itself is too soon',
    online,
    { kind: 'expire', horizon: moment(DEADLINE) },
    'online',
    'watch',
  ],
  [
    'an expiry while the opening is written does nothing',
    opening,
    { kind: 'expire', horizon: moment(9999) },
    'opening',
    '',
  ],
  ['a settlement that nobody waits for does nothing', online, STORED, 'online', ''],
];

describe('the state machine of a user', () => {
  for (const [promise, state, message, phase, effects] of rows) {
    it(promise, () => {
      const decision = decide(state, lease, message);
      expect(decision.state.phase).to.equal(phase);
      expect(words(decision.effects)).to.equal(effects);
    });
  }

  it('goes back to the session when its goodbye is refused', () => {
    const { state } = decide(online, lease, at('goodbye', 2500));
    const decision = decide(state, lease, REFUSED);
    expect(decision.state).to.deep.equal(online);
    expect(words(decision.effects)).to.equal('watch, release HEARTBEAT_STORE_REFUSES');
  });

  it('ends a recovered session that nobody healed where the last run left it', () => {
    const endsAt = instant(ONLINE_AT + 3000);
    const recovered: UserState = { ...online, endsAt };
    const { effects } = decide(recovered, lease, { kind: 'expire', horizon: moment(DEADLINE + 1) });
    expect(words(effects)).to.equal('end at 3000');
  });

  it('makes a recovered session an ordinary one with its first heal, once that is on disk or the disk refuses', () => {
    const recovered: UserState = { ...online, endsAt: ONLINE_AT };
    const { state, effects } = decide(recovered, lease, at('heal', 600));
    expect(words(effects)).to.equal('resume, extend, wait');
    for (const settled of [STORED, REFUSED]) {
      const decision = decide(state, lease, settled);
      expect(words(decision.effects)).to.equal('watch, release online');
      expect(decision.state).to.deep.equal(online);
    }
  });

  it('takes a goodbye at the deadline for one that came too late', () => {
    const { effects } = decide(online, lease, at('goodbye', DEADLINE, DEADLINE + 5));
    const [close] = effects;
    expect(close).to.have.nested.property('session.offlineAt', ONLINE_AT + 7000);
    expect(close).to.have.nested.property('session.lastSeen', ONLINE_AT);
  });

  it('describes a session until its deadline, then its end, and nothing of an absent user', () => {
    const replyTo = (state: UserState, arrivedAt: number): unknown => {
      const [effect] = decide(state, lease, at('describe', arrivedAt)).effects;
      return effect?.kind === 'answer' ? effect.reply : effect;
    };
    const deadline = ONLINE_AT + 7000;
    const times = { lastSeen: ONLINE_AT, deadline };
    const unnamed = { name: undefined, since: ONLINE_AT, ...times, meta: undefined };
    expect(replyTo(online, DEADLINE - 1)).to.deep.equal({
      kind: 'described',
      session: { onlineAt: ONLINE_AT, ...times, devices: [unnamed] },
    });
    expect(replyTo(online, DEADLINE)).to.deep.equal({
      kind: 'described',
      session: undefined,
      ended: { onlineAt: ONLINE_AT, offlineAt: deadline, lastSeen: ONLINE_AT },
    });
    expect(replyTo(ABSENT, 600)).to.deep.equal({ kind: 'described', session: undefined });
  });

  it('ends one device only while another one holds the user', () => {
    const goodbye = (othersUntil: number): Decision =>
      decide(
        online,
        { ...lease, othersUntil: () => moment(othersUntil) },
        { kind: 'goodbye', device: 'phone', arrivedAt: moment(600), readAt: moment(700) },
      );
    expect(words(goodbye(601).effects)).to.equal('leave, answer online');
    expect(goodbye(601).state).to.equal(online);
    expect(words(goodbye(600).effects)).to.equal('close at 200, wait');
  });

  it('never ends a session before it began', () => {
    const young: UserState = { ...online, openedAt: moment(9000) };
    const { effects } = decide(young, leaseUntil(100, 50), at('heal', 9000));
    expect(words(effects)).to.match(/^end at 0,/);
  });
});
