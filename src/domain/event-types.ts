/** What a reader may hear of, by the `type` of an event. */
export const EVENT_TYPES = [
  'user.online',
  'user.offline',
  'user.updated',
  'node.flip',
  'alert.raised',
  'alert.delivered',
  'alert.dead',
  'alert.cancelled',
  'alert.folded',
  'daemon.blind',
] as const;

/** Those that a channel may send. */
export const STATUS_EVENTS = ['user.online', 'user.offline'] as const satisfies readonly EventType[];

export type StatusEvent = (typeof STATUS_EVENTS)[number];

export type EventType = (typeof EVENT_TYPES)[number];
