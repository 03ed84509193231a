import type { AlertMessage, Channel, UserEventsMessage, UserEventsPolicy } from '../../src/ports/channel.js';
import type { ShownEvent } from './event-picture.js';

const BOTH: UserEventsPolicy = { types: ['user.online', 'user.offline'] };

/** A channel of users' events that remembers what it is handed, and delivers it unless `answer` says otherwise. */
export class UserEventsRecorder {
  readonly channel: Channel;
  readonly messages: UserEventsMessage[] = [];
  readonly alerts: AlertMessage[] = [];
  /** Those whose attempt succeeded. */
  readonly delivered: UserEventsMessage[] = [];
  closed = 0;
  answer: (signal: AbortSignal) => Promise<void> = () => Promise.resolve();

  constructor(name: string, policy: UserEventsPolicy = BOTH, receiver?: string) {
    this.channel = {
      policy: {
        name,
        kind: 'fake',
        events: ['node.failed', 'node.reported_failure'],
        concurrency: 1,
        attemptTimeout: 10_000,
        retry: { minDelay: 5_000, maxDelay: 300_000, giveUpAfter: 86_400_000 },
        userEvents: policy,
      },
      receiver,
      notifier: {
        notify: (alert: AlertMessage) => {
          this.alerts.push(alert);
          return Promise.resolve();
        },
        close: () => Promise.resolve(),
      },
      userEvents: {
        notifyOfUsers: async (message, { signal }) => {
          this.messages.push(message);
          await this.answer(signal);
          this.delivered.push(message);
        },
        close: () => {
          this.closed++;
          return Promise.resolve();
        },
      },
    };
  }

  /** The events that were delivered, in their order. */
  get events(): readonly ShownEvent[] {
    return this.delivered.flatMap(({ events }) => events.map((text) => JSON.parse(text) as ShownEvent));
  }

  /** The same in short: `user.online 1`. */
  get told(): readonly string[] {
    return this.events.map(({ type, user }) => `${type} ${user?.id}`);
  }
}
