import type { FailedNode } from '../../actors/notifier/rules/failed-nodes.js';
import { Flapping } from '../../actors/notifier/rules/flapping.js';
import { Inhibition } from '../../actors/notifier/rules/inhibition.js';
import { MassFailure } from '../../actors/notifier/rules/mass-failure.js';
import { Reminders } from '../../actors/notifier/rules/reminders.js';
import { Backlog } from '../../actors/history/backlog.js';
import { Stash } from '../../actors/shards/stash.js';
import type { Decision as NodeDecision, NodeRules } from '../../actors/node/decision.js';
import { decide as decideNode } from '../../actors/node/node.machine.js';
import { UserActor } from '../../actors/user/user.actor.js';
import { ABSENT, decide, type Decision } from '../../actors/user/user.machine.js';
import { Batch, NOT_SYNCED } from '../../src/adapters/history/sealed-store.js';
import type { ErrorCode } from '../../src/errors.js';
import { Exchange } from '../../src/http/server/exchange.js';
import type { Refusal } from '../../src/http/server/refusal.js';
import { statusText } from '../../src/views/user-view.js';
import { BlindRecord } from '../../src/app/blind-record.js';
import { HeartbeatHistory } from '../../src/domain/heartbeat-history.js';
import { instant, moment, type Moment } from '../../src/domain/time.js';
import type { Channel } from '../../src/ports/channel.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { WriteOptions } from '../../src/ports/ordered-store.js';
import { EntityActor } from '../../actors/shards/entity-actor.js';
import { DEVICE_PLANTS } from './device-plants.js';
import { EVENT_PLANTS } from './event-plants.js';
import { JOB_PLANTS } from './job-plants.js';
import { losing, nodeRules, storeWith, userRules, withStores, written, type Plant } from './plant.js';
import { replaced } from './replaced.js';
import { SCHEDULE_PLANTS } from './schedule-plants.js';
import { SILENCE_PLANTS } from './silence-plants.js';

function withRetries(rules: NodeRules, maxRetries: number): NodeRules {
  return new Proxy(rules, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name === 'maxRetries') return maxRetries;
      return typeof value === 'function'
        ? (...args: unknown[]) => Reflect.apply(value, target, args) as unknown
        : value;
    },
  });
}

function channels(change: (channel: Channel) => Channel): NonNullable<Plant['ports']> {
  return (ports) => ({ ...ports, channels: (ports.channels ?? []).map(change) });
}

/** Changes a message's times or kind. */
function timed<Message extends object>(
  message: Message,
  times: Readonly<Record<string, Moment | string>>,
): Message {
  const changed: Message = Object.create(message) as Message;
  for (const [name, value] of Object.entries(times)) Object.defineProperty(changed, name, { value });
  return changed;
}

/** Milliseconds by which an acknowledgement precedes the write. */
const AHEAD = 300;

/** A limit that a flapping node reaches soon. */
const FLAPPING = { flappingMost: 6, nodeTimeout: 1000, maxRetries: 0 };
const ADAPTIVE = { adaptive: { min: 500, max: 3000 }, nodeTimeout: 1000, maxRetries: 0 };
const REMINDING = { remindEvery: 3000 };
/** Settings with which failures follow each other quickly. */
const INHIBITING = { nodeTimeout: 1000, maxRetries: 0, blindAfter: 200, remindEvery: 1000 };

export const PLANTS: readonly Plant[] = [
  {
    name: 'acknowledged-before-the-disk',
    breaks: 'A write is confirmed before it is on disk.',
    ports: withStores((store, { clock }) =>
      storeWith(store, (batch) => {
        clock.after(AHEAD, () => {
          store.write(batch).catch(() => undefined);
        });
        return Promise.resolve();
      }),
    ),
  },
  {
    name: 'watermark-too-new',
    breaks: 'The watermark says that the daemon was alive later than it was.',
    ports: written((records) =>
      records.map((record) =>
        record.kind === 'watermark'
          ? {
              ...record,
              at: instant(record.at + 20_000),
              aliveAt: instant((record.aliveAt ?? record.at) + 20_000),
            }
          : record,
      ),
    ),
  },
  {
    name: 'watermark-too-old',
    breaks: 'The watermark is never written again after the first time.',
    ports: withStores((store) => {
      let isFirst = true;
      return storeWith(store, (batch) => {
        const kept = batch.filter(({ kind }) => kind !== 'watermark' || isFirst);
        if (batch.some(({ kind }) => kind === 'watermark')) isFirst = false;
        return store.write(kept);
      });
    }),
  },
  {
    name: 'fence-ignored',
    breaks: 'The store takes writes from a process after another one has taken it over.',
    ports: (ports, daemon) => {
      daemon.disk.isFenceless = true;
      return ports;
    },
  },
  {
    name: 'written-without-sync',
    breaks: 'Writes are confirmed that would not survive a power failure.',
    install: replaced(
      Batch,
      'write',
      (original) =>
        function (this: Batch) {
          return Reflect.apply<Batch, [WriteOptions], Promise<void>>(original, this, [NOT_SYNCED]);
        },
    ),
  },
  { name: 'end-lost', breaks: 'The end of a session is not stored.', ports: losing('ended') },
  {
    name: 'end-twice',
    breaks: 'The end of a session is stored twice.',
    ports: written((records) =>
      records.flatMap((record): HistoryRecord[] =>
        record.kind === 'ended' ? [record, { ...record, onlineAt: instant(record.onlineAt + 1) }] : [record],
      ),
    ),
  },
  { name: 'opening-lost', breaks: 'The beginning of a session is not stored.', ports: losing('opened') },
  {
    name: 'heal-after-a-restart-lost',
    breaks: 'It is not stored that a session was healed since the restart.',
    ports: losing('healed'),
  },
  { name: 'flip-lost', breaks: 'The change of a node is not stored.', ports: losing('flip') },
  { name: 'registration-lost', breaks: 'A registration is not stored.', ports: losing('registered') },
  {
    name: 'status-lost',
    breaks: 'The status of a node is not stored after its registration.',
    ports: written(withoutStatuses),
  },
  { name: 'deletion-lost', breaks: 'The deletion of a node is not stored.', ports: losing('forgotten') },
  { name: 'alerts-lost', breaks: 'Alerts are not stored.', ports: losing('alerts') },
  { name: 'blindness-not-recorded', breaks: 'Blind intervals are not stored.', ports: losing('blind') },
  {
    name: 'torn-batch',
    breaks: 'The tail of a long batch is lost.',
    ports: written((records) => (records.length > 3 ? records.slice(0, -1) : records)),
  },
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
    name: 'one-retry-less',
    breaks: 'A node fails one miss too early.',
    ports: nodeRules((state, lease, message, rules) =>
      decideNode(state, lease, message, withRetries(rules, rules.maxRetries - 1)),
    ),
  },
  {
    name: 'one-retry-more',
    breaks: 'A node fails one miss too late.',
    ports: nodeRules((state, lease, message, rules) =>
      decideNode(state, lease, message, withRetries(rules, rules.maxRetries + 1)),
    ),
  },
  {
    name: 'report-ignored',
    breaks: 'A failure that a node reports is confirmed, and nothing comes of it.',
    ports: nodeRules((state, lease, message, rules): NodeDecision =>
      message.kind === 'fail' && state.phase === 'known'
        ? decideNode(state, lease, timed(message, {}), rules).effects.some(({ kind }) => kind === 'flip')
          ? { state, effects: [{ kind: 'answer', reply: { kind: 'active' } }] }
          : decideNode(state, lease, message, rules)
        : decideNode(state, lease, message, rules),
    ),
  },
  {
    name: 'acknowledgement-ignored',
    breaks: 'An acknowledgement is confirmed, and nothing comes of it.',
    ports: nodeRules((state, lease, message, rules) =>
      message.kind === 'acknowledge'
        ? decideNode(state, lease, timed(message, { kind: 'describe' }), rules)
        : decideNode(state, lease, message, rules),
    ),
  },
  {
    name: 'told-late-too-soon',
    breaks: 'An escalation channel is notified at once.',
    ports: channels((channel) => {
      const { after, ...policy } = channel.policy;
      return { ...channel, policy: after === undefined ? policy : { ...policy, after: 100 } };
    }),
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
  {
    name: 'alert-id-made-anew',
    breaks: 'A repeated attempt has another id.',
    ports: channels((channel) => ({
      ...channel,
      notifier: {
        notify: (message, attempt) =>
          channel.notifier.notify(
            attempt.attempt === 1 ? message : { ...message, id: `${message.id}X` },
            attempt,
          ),
        close: () => channel.notifier.close(),
      },
    })),
  },
  {
    name: 'retry-stops',
    breaks: 'A failed attempt is never repeated.',
    ports: channels((channel) => ({
      ...channel,
      policy: { ...channel.policy, retry: { minDelay: 1e9, maxDelay: 1e9, giveUpAfter: 1e12 } },
    })),
  },
  {
    name: 'given-up-at-once',
    breaks: 'An alert becomes a dead letter without a reason.',
    ports: channels((channel) => ({
      ...channel,
      policy: { ...channel.policy, retry: { ...channel.policy.retry, giveUpAfter: 20 } },
    })),
  },
  {
    name: 'recovery-not-told',
    breaks: 'Recoveries are not routed to a channel that asks for them.',
    ports: channels((channel) => ({
      ...channel,
      policy: {
        ...channel.policy,
        events: channel.policy.events.filter((type) => type !== 'node.recovered'),
      },
    })),
  },
  {
    name: 'told-without-asking',
    breaks: 'An alert is marked as delivered, and the provider was never asked.',
    ports: channels((channel) => ({
      ...channel,
      notifier: {
        notify: (message, attempt) =>
          message.type === 'node.recovered' ? Promise.resolve() : channel.notifier.notify(message, attempt),
        close: () => channel.notifier.close(),
      },
    })),
  },
  {
    name: 'hold-never-ends',
    breaks: 'The hold of a mass failure does not end.',
    install: () => {
      const until = Object.getOwnPropertyDescriptor(MassFailure.prototype, 'until');
      Object.defineProperty(MassFailure.prototype, 'until', {
        configurable: true,
        get(this: MassFailure) {
          const end: unknown = until?.get?.call(this);
          return typeof end === 'number' ? moment(end + 1e9) : undefined;
        },
      });
      return () => {
        if (until !== undefined) Object.defineProperty(MassFailure.prototype, 'until', until);
      };
    },
  },
  {
    name: 'flapping-unlimited',
    breaks: 'A flapping node causes as many messages as it flaps.',
    settings: FLAPPING,
    install: replaced(Flapping, 'allows', () => () => true),
  },
  {
    name: 'flapping-forgotten-in-a-restart',
    breaks: 'A restart forgets how many messages a flapping node has caused.',
    faults: ['kill'],
    settings: FLAPPING,
    install: replaced(Flapping, 'resume', () => () => []),
  },
  {
    name: 'summary-never-sent',
    breaks: 'The last state of a flapping node is never sent.',
    settings: FLAPPING,
    install: replaced(Flapping, 'due', () => () => moment(1e15)),
  },
  {
    name: 'adaptive-timeout-too-short',
    breaks: 'An adaptive timeout is a fifth too short.',
    faults: [],
    settings: ADAPTIVE,
    install: replaced(
      HeartbeatHistory,
      'timeout',
      (original) =>
        function (this: HeartbeatHistory, threshold: number) {
          return 0.8 * Reflect.apply<HeartbeatHistory, [number], number>(original, this, [threshold]);
        },
    ),
  },
  {
    name: 'outage-learnt',
    breaks: 'A node with an adaptive timeout learns an outage as an interval.',
    faults: [],
    settings: ADAPTIVE,
    install: replaced(
      HeartbeatHistory,
      'heard',
      (original) =>
        function (this: HeartbeatHistory, at: Moment) {
          Reflect.apply(original, this, [at, 1e9]);
        },
    ),
  },
  {
    name: 'stall-learnt',
    breaks: 'A node with an adaptive timeout learns a stall of the daemon as an interval.',
    faults: ['stall'],
    settings: ADAPTIVE,
    install: replaced(HeartbeatHistory, 'interrupt', () => () => undefined),
  },
  {
    name: 'reminders-late',
    breaks: 'Reminders count from two seconds after the failure.',
    faults: [],
    settings: REMINDING,
    install: replaced(
      Reminders,
      'watch',
      (original) =>
        function (this: Reminders, failed: FailedNode, now: Moment) {
          const failedAt = moment(failed.failedAt + 2000);
          Reflect.apply(original, this, [{ ...failed, failedAt }, now]);
        },
    ),
  },
  {
    name: 'reminders-lost',
    breaks: 'Nobody is reminded of a failure.',
    faults: [],
    settings: REMINDING,
    install: replaced(Reminders, 'watch', () => () => undefined),
  },
  {
    name: 'dependency-ignored',
    breaks: 'A failure is sent though a dependency of its node has failed.',
    faults: [],
    settings: INHIBITING,
    install: replaced(Inhibition, 'causeOf', () => () => undefined),
  },
  {
    name: 'inhibition-never-ends',
    breaks: 'A failure is not sent though the dependency of its node is back.',
    faults: [],
    settings: INHIBITING,
    install: replaced(Inhibition, 'recovered', () => () => undefined),
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
    name: 'refusal-not-undone',
    breaks: 'An opening or a goodbye that was refused, and reached the disk, stays there.',
    faults: ['refuse', 'kill'],
    ports: losing('unopened', 'unended'),
  },
  {
    name: 'refused-batch-not-repeated',
    breaks: 'Ends and flips of a batch that the disk refused are not written again.',
    faults: ['refuse'],
    install: replaced(
      Backlog,
      'restore',
      (original) =>
        function (this: Backlog, _unwritten: never, keep: never) {
          Reflect.apply(original, this, [[], keep]);
        },
    ),
  },
  {
    name: 'blindness-ignored',
    breaks: 'Nobody gets the time again in which the daemon was blind.',
    install: replaced(BlindRecord, 'notice', () => () => undefined),
  },
  ...DEVICE_PLANTS,
  ...EVENT_PLANTS,
  ...SCHEDULE_PLANTS,
  ...SILENCE_PLANTS,
  ...JOB_PLANTS,
];

/** A registration is stored with the first status. */
function withoutStatuses(records: readonly HistoryRecord[]): readonly HistoryRecord[] {
  const isRegistration = records.some(({ kind }) => kind === 'registered');
  return isRegistration ? records : records.filter(({ kind }) => kind !== 'statuses');
}

export function plantNamed(name: string): Plant | undefined {
  return PLANTS.find((plant) => plant.name === name);
}
