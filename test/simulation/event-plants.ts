import { UserActor } from '../../actors/user/user.actor.js';
import type { ChangeEvent } from '../../src/app/events/change.js';
import type { Collection } from '../../src/app/events/collection.js';
import type { Position } from '../../src/app/events/event-log.js';
import type { EventReader, SentEvent } from '../../src/app/events/events-api.js';
import { EventHub } from '../../src/app/events/hub.js';
import { Stream } from '../../src/app/events/stream.js';
import type { BlindInterval } from '../../src/domain/blindness.js';
import { SessionLease } from '../../src/http/sockets/session-lease.js';
import { TrackedDevices } from '../../src/http/sockets/tracked-devices.js';
import type { Plant } from './plant.js';
import { replaced } from './replaced.js';
import { ALL_EVENTS } from './world/settings.js';

const READING = { readers: 2, users: 12, timeout: 1000 };
const SOCKETS = { http: true, sockets: 3, timeout: 1000 };

/** Faults in what readers of events get, and in what a socket keeps online. */
export const EVENT_PLANTS: readonly Plant[] = [
  {
    name: 'event-lost-after-the-state',
    breaks: 'The first change of a user after the state is not in the stream.',
    settings: READING,
    install: () => {
      const heard = new WeakSet<Stream>();
      return replaced(
        Stream,
        'hear',
        (original) =>
          function (this: Stream, event: ChangeEvent) {
            const isFirst = event.about === 'user' && !heard.has(this);
            if (isFirst) heard.add(this);
            else Reflect.apply(original, this, [event]);
          },
      )();
    },
  },
  {
    name: 'event-twice-after-a-resume',
    breaks: 'A stream that continues begins with an event that its reader has.',
    faults: ['cut'],
    settings: { ...READING, readers: 4, pastEvents: ALL_EVENTS },
    install: replaced(
      Stream,
      'continue',
      (original) =>
        function (this: Stream, { passed, included }: Position) {
          Reflect.apply(original, this, [
            { passed: Math.max(0, passed - 1), included: Math.max(0, included - 1) },
          ]);
        },
    ),
  },
  {
    name: 'reset-not-said',
    breaks: 'A reader who cannot continue gets a state without `reset`.',
    settings: READING,
    install: replaced(
      EventHub,
      'stateOf',
      (original) =>
        function (this: EventHub, collection: Collection, _isReset: boolean, position: Position) {
          return Reflect.apply(original, this, [collection, false, position]);
        },
    ),
  },
  {
    name: 'offline-before-its-time-in-the-stream',
    breaks: 'The stream says that a user is offline as soon as the user is online.',
    settings: READING,
    install: replaced(
      EventHub,
      'subscribe',
      (original) =>
        function (this: EventHub, filter: never, access: never, reader: EventReader, after?: string) {
          const early: EventReader = {
            get isFull() {
              return reader.isFull;
            },
            state: (state) => reader.state(state),
            events: (events) => reader.events(events.flatMap(withOffline)),
            ended: (why) => reader.ended(why),
          };
          return Reflect.apply(original, this, [filter, access, early, after]);
        },
    ),
  },
  {
    name: 'reader-not-resumed',
    breaks: 'A reader who reads again after a while gets nothing more.',
    settings: READING,
    install: replaced(Stream, 'resume', () => () => undefined),
  },
  {
    name: 'update-not-sent',
    breaks: 'Readers do not hear that a device came or left.',
    settings: { ...READING, deviceUsers: 3 },
    install: replaced(UserActor, 'updated', () => () => undefined),
  },
  {
    name: 'blindness-told-twice',
    breaks: 'One blind interval is two events.',
    faults: ['stall'],
    settings: READING,
    install: replaced(
      EventHub,
      'blind',
      (original) =>
        function (this: EventHub, interval: BlindInterval) {
          Reflect.apply(original, this, [interval]);
          Reflect.apply(original, this, [interval]);
        },
    ),
  },
  {
    name: 'blindness-not-told',
    breaks: 'Readers do not hear that the daemon was blind.',
    faults: ['stall'],
    settings: READING,
    install: replaced(EventHub, 'blind', () => () => undefined),
  },
  {
    name: 'pong-after-the-key-heals',
    breaks: 'A socket keeps its users online after its key has ended.',
    settings: SOCKETS,
    install: replaced(SessionLease, 'hasEnded', () => () => false),
  },
  {
    name: 'pong-after-a-goodbye-heals',
    breaks: 'A socket keeps users online who have said goodbye.',
    settings: SOCKETS,
    install: replaced(TrackedDevices, 'remove', () => () => undefined),
  },
];

/** Adds to each user who comes online that the user is offline. */
function withOffline(sent: SentEvent): readonly SentEvent[] {
  if (sent.change.type !== 'user.online') return [sent];
  const text = sent.text
    .replace('"user.online"', '"user.offline"')
    .replace('"status":"online"', '"status":"offline"');
  return [sent, { ...sent, id: `${sent.id}~`, text }];
}
