import type { FailedNode } from '../../actors/notifier/rules/failed-nodes.js';
import { Flapping } from '../../actors/notifier/rules/flapping.js';
import { Inhibition } from '../../actors/notifier/rules/inhibition.js';
import { MassFailure } from '../../actors/notifier/rules/mass-failure.js';
import { Reminders } from '../../actors/notifier/rules/reminders.js';
import { moment, type Moment } from '../../src/domain/time.js';
import type { Channel } from '../../src/ports/channel.js';
import type { Plant } from './plant.js';
import { replaced } from './replaced.js';

function channels(change: (channel: Channel) => Channel): NonNullable<Plant['ports']> {
  return (ports) => ({ ...ports, channels: (ports.channels ?? []).map(change) });
}

/** A limit that a flapping node reaches soon. */
const FLAPPING = { flappingMost: 6, nodeTimeout: 1000, maxRetries: 0 };

const REMINDING = { remindEvery: 3000 };

/** Settings with which failures follow each other quickly. */
const INHIBITING = { nodeTimeout: 1000, maxRetries: 0, blindAfter: 200, remindEvery: 1000 };

/** Faults in alerts: what is raised, held, sent and repeated. */
export const ALERT_PLANTS: readonly Plant[] = [
  {
    name: 'told-late-too-soon',
    breaks: 'An escalation channel is notified at once.',
    ports: channels((channel) => {
      const { after, ...policy } = channel.policy;
      return { ...channel, policy: after === undefined ? policy : { ...policy, after: 100 } };
    }),
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
];
