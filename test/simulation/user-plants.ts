import { Stash } from '../../actors/shards/stash.js';
import { UserActor } from '../../actors/user/user.actor.js';
import { ABSENT, decide, type Decision } from '../../actors/user/user.machine.js';
import type { ErrorCode } from '../../src/errors.js';
import { Exchange } from '../../src/http/server/exchange.js';
import type { Refusal } from '../../src/http/server/refusal.js';
import { statusText } from '../../src/views/user-view.js';
import { BlindRecord } from '../../src/app/blind-record.js';
import { moment } from '../../src/domain/time.js';
import { EntityActor } from '../../actors/shards/entity-actor.js';
import { userRules, timed, type Plant } from './plant.js';
import { replaced } from './replaced.js';

/** Faults in sessions, and in what is answered and kept while a shard or the disk fails. */
export const USER_PLANTS: readonly Plant[] = [
  {
    name: 'heal-too-late-counts',
    breaks: 'A heal one millisecond after the deadline extends the session.',
    ports: userRules((state, lease, message) =>
      message.kind === 'heal' && message.arrivedAt === lease.deadline + 1
        ? decide(state, lease, timed(message, { arrivedAt: lease.deadline }))
        : decide(state, lease, message),
    ),
  },
  {
    name: 'heal-at-the-deadline-does-not-count',
    breaks: 'A heal at the very deadline begins another session.',
    ports: userRules((state, lease, message) =>
      message.kind === 'heal' && message.arrivedAt === lease.deadline
        ? decide(state, lease, timed(message, { arrivedAt: moment(lease.deadline + 1) }))
        : decide(state, lease, message),
    ),
  },
  {
    name: 'session-ends-early',
    breaks: 'A session that ends in silence is stored 10 ms shorter than it was.',
    ports: userRules((state, lease, message) =>
      message.kind === 'expire'
        ? decide(
            state,
            {
              deadline: moment(lease.deadline - 10),
              lastSeen: lease.lastSeen,
              othersUntil: (device) => lease.othersUntil(device),
              devicesAt: (at) => lease.devicesAt(at),
            },
            message,
          )
        : decide(state, lease, message),
    ),
  },
  {
    name: 'goodbye-forgotten',
    breaks: 'A goodbye is confirmed, and the session goes on.',
    ports: userRules((state, lease, message) =>
      message.kind === 'goodbye' && state.phase === 'online'
        ? { state, effects: [{ kind: 'answer', reply: { kind: 'offline' } }] }
        : decide(state, lease, message),
    ),
  },
  {
    name: 'resumed-with-a-new-beginning',
    breaks: 'The first heal after a restart begins the session anew.',
    ports: userRules((state, lease, message): Decision =>
      message.kind === 'heal' && state.phase === 'online' && state.endsAt !== undefined
        ? decide(ABSENT, lease, message)
        : decide(state, lease, message),
    ),
  },
  {
    name: 'refused-opening-confirmed',
    breaks: 'An opening that the disk refused is confirmed.',
    ports: (ports) => ({
      ...ports,
      decideUser: (state, lease, message) =>
        message.kind === 'settled' && !message.stored && state.phase === 'opening'
          ? decide(state, lease, { kind: 'settled', stored: true, onlineAt: ports.clock.wall() })
          : decide(state, lease, message),
    }),
  },
  {
    name: 'refusal-answered-with-200',
    breaks: 'In HTTP, a heal that the disk refuses is answered 200.',
    faults: ['refuse'],
    settings: { http: true },
    install: replaced(
      Exchange,
      'refuse',
      (original) =>
        function (this: Exchange, code: ErrorCode, refusal: Refusal) {
          if (code === 'HEARTBEAT_STORE_REFUSES' && this.request.method === 'PUT') this.ok(statusText.online);
          else Reflect.apply(original, this, [code, refusal]);
        },
    ),
  },
  {
    name: 'stash-lost',
    breaks: 'A message that waits behind another one for the disk is lost.',
    faults: ['slow'],
    install: replaced(Stash, 'add', () => () => true),
  },
  {
    name: 'stash-lost-in-a-crash',
    breaks: 'What waits for the disk behind another message is lost once its actor has crashed.',
    faults: ['crash', 'slow'],
    settings: { users: 12, nodes: 12, timeout: 1000, nodeTimeout: 1000 },
    install: () => {
      const crashed = new WeakSet<object>();
      let isOfCrashed = false;
      const undo = [
        replaced(
          EntityActor,
          'crashed',
          (original) =>
            function (this: object, ...args: unknown[]) {
              crashed.add(this);
              Reflect.apply(original, this, args);
            },
        )(),
        replaced(
          EntityActor,
          'done',
          (original) =>
            function (this: object, ...args: unknown[]) {
              isOfCrashed = crashed.has(this);
              Reflect.apply(original, this, args);
            },
        )(),
        replaced(
          Stash,
          'unstash',
          (original) =>
            function (this: unknown, handled: unknown, tell: unknown) {
              const told = isOfCrashed ? () => undefined : tell;
              return Reflect.apply(original, this, [handled, told]) as unknown;
            },
        )(),
      ];
      return () => {
        for (const each of undo) each();
      };
    },
  },
  {
    name: 'state-lost-in-a-crash',
    breaks: 'A user whose actor crashes is forgotten.',
    install: replaced(
      UserActor,
      'crashed',
      (original) =>
        function (this: UserActor, ...args: unknown[]) {
          if (this.state.phase === 'online') this.state = ABSENT;
          Reflect.apply(original, this, args);
        },
    ),
  },
  {
    name: 'blindness-ignored',
    breaks: 'Nobody gets the time again in which the daemon was blind.',
    install: replaced(BlindRecord, 'notice', () => () => undefined),
  },
  {
    name: 'wall-clock-decides',
    breaks: 'Deadlines follow the wall clock.',
    ports: (ports, daemon) => {
      const lead = daemon.wall.lead;
      const { clock } = ports;
      return {
        ...ports,
        clock: {
          now: () => moment(clock.now() + daemon.wall.lead - lead),
          wall: () => clock.wall(),
          after: (delay, callback) => clock.after(delay, callback),
          isAccepting: false,
          afterReading: (callback, within) => clock.afterReading(callback, within),
          soon: (callback) => {
            clock.soon(callback);
          },
        },
      };
    },
  },
];
