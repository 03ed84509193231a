import { gauge, gaugeBy, type MetricFamily, type Sample } from '../../ports/metrics.js';
import { BREAKER_STATES, type DaemonFacts } from '../../app/daemon-facts.js';

const OUTCOMES = ['delivered', 'dead', 'cancelled', 'folded'] as const;

/** What has become of alerts. A channel is what the configuration names, or has named, so there are few of them. */
export function channelFamilies({
  alerts: { open, silenced, channels },
  userEvents,
  silences,
}: DaemonFacts): readonly MetricFamily[] {
  return [
    {
      name: 'heartbeat_alerts_open',
      help: 'Alerts that are still to be delivered, by channel and state.',
      type: 'gauge',
      samples: [{ value: open }],
    },
    gauge('heartbeat_alerts_silenced', 'Open alerts that a silence holds.', silenced),
    gaugeBy('heartbeat_silences', 'Silences that are kept, by state.', 'state', silences),
    {
      name: 'heartbeat_channel_alerts_total',
      help: 'Alerts whose delivery has ended, by channel and outcome.',
      type: 'counter',
      samples: channels.flatMap((channel) =>
        OUTCOMES.map((outcome) => ({ labels: { channel: channel.name, outcome }, value: channel[outcome] })),
      ),
    },
    {
      name: 'heartbeat_channel_failed_attempts_total',
      help: 'Failed attempts to deliver an alert that are repeated.',
      type: 'counter',
      samples: channels.map(({ name, failed }) => ({ labels: { channel: name }, value: failed })),
    },
    {
      name: 'heartbeat_channel_waiting_alerts',
      help: 'Alerts that wait for a channel to take them.',
      type: 'gauge',
      samples: channels.flatMap(({ name, now }) =>
        now === undefined ? [] : [{ labels: { channel: name }, value: now.waiting }],
      ),
    },
    {
      name: 'heartbeat_channel_breaker_state',
      help: 'Whether a breaker is in a state: 1 or 0.',
      type: 'gauge',
      samples: channels.flatMap(({ name, now }) =>
        now === undefined ? [] : breakerSamples(name, now.breaker),
      ),
    },
    ...userEventFamilies(userEvents),
  ];
}

/** Only of channels that send events of users, or have sent some. */
function userEventFamilies(channels: DaemonFacts['userEvents']): MetricFamily[] {
  return [
    {
      name: 'heartbeat_channel_user_events_total',
      help: 'Events of users for a channel, by outcome.',
      type: 'counter',
      samples: channels.flatMap(({ name, sent, dropped }) => [
        { labels: { channel: name, outcome: 'sent' }, value: sent },
        { labels: { channel: name, outcome: 'dropped' }, value: dropped },
      ]),
    },
    {
      name: 'heartbeat_channel_user_events_failed_attempts_total',
      help: 'Failed attempts to send a message with events of users.',
      type: 'counter',
      samples: channels.map(({ name, failed }) => ({ labels: { channel: name }, value: failed })),
    },
    {
      name: 'heartbeat_channel_waiting_user_events',
      help: 'Events of users that wait for a channel to take them.',
      type: 'gauge',
      samples: channels.flatMap(({ name, waiting }) =>
        waiting === undefined ? [] : [{ labels: { channel: name }, value: waiting }],
      ),
    },
  ];
}

function breakerSamples(channel: string, breaker: (typeof BREAKER_STATES)[number]): Sample[] {
  return BREAKER_STATES.map((state) => ({ labels: { channel, state }, value: Number(state === breaker) }));
}
