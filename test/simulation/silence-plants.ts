import { TimedPauses } from '../../actors/node/timed-pauses.js';
import { GroupRelease } from '../../actors/notifier/grouping/group-release.js';
import { Silencing } from '../../actors/notifier/rules/silencing.js';
import { Maintenance } from '../../actors/notifier/silences/maintenance.js';
import { SilenceTable } from '../../actors/notifier/silences/silence-table.js';
import { AlertIds } from '../../src/domain/alert-id.js';
import { instant, type Instant, type Moment } from '../../src/domain/time.js';
import { losing, storeWith, withStores, written, type Plant } from './plant.js';
import { replaced } from './replaced.js';

/** Settings with which failures follow each other quickly. */
const SILENCED = { silences: true, nodes: 12, nodeTimeout: 1000, maxRetries: 0 };
const PAUSED = { timedPauses: true, nodes: 12, nodeTimeout: 1000, maxRetries: 0 };
/** Milliseconds. */
const EARLY = 1500;
const AHEAD = 3000;

/** Faults planted in silences, maintenance windows, and pauses that end by themselves. */
export const SILENCE_PLANTS: readonly Plant[] = [
  {
    name: 'silence-ignored',
    breaks: 'A silence is confirmed, and holds nothing.',
    settings: SILENCED,
    install: replaced(SilenceTable, 'of', () => () => []),
  },
  {
    name: 'silence-lost',
    breaks: 'A silence is confirmed, and is not stored.',
    faults: ['kill'],
    settings: SILENCED,
    ports: losing('silences'),
  },
  {
    name: 'silence-confirmed-before-the-disk',
    breaks: 'A silence is confirmed before it is on disk.',
    faults: ['kill'],
    settings: SILENCED,
    ports: withStores((store, { clock }) =>
      storeWith(store, (batch) => {
        if (!batch.some(({ kind }) => kind === 'silences')) return store.write(batch);
        clock.after(AHEAD, () => {
          store.write(batch).catch(() => undefined);
        });
        return Promise.resolve();
      }),
    ),
  },
  {
    name: 'end-of-a-silence-lost',
    breaks: 'A silence that was ended goes on after a restart.',
    faults: ['kill'],
    settings: SILENCED,
    ports: written((records) =>
      records.map((record) =>
        record.kind === 'silences'
          ? { ...record, silences: record.silences.filter(({ endsAt, updatedAt }) => endsAt !== updatedAt) }
          : record,
      ),
    ),
  },
  {
    name: 'silence-never-released',
    breaks: 'A failure is not sent though its silence is over.',
    faults: [],
    settings: SILENCED,
    install: replaced(Silencing, 'check', () => () => undefined),
  },
  {
    name: 'released-twice',
    breaks: 'A failure that a silence has held is sent under two ids.',
    faults: [],
    settings: SILENCED,
    install: replaced(
      GroupRelease,
      'step',
      (original) =>
        function (this: GroupRelease, alerts, now, wall) {
          const ids = new AlertIds(() => 0.5);
          return Reflect.apply(original, this, [alerts, now, wall]).flatMap((record) =>
            record.deliveries.some(({ state }) => state === 'pending')
              ? [record, { ...record, alert: { ...record.alert, id: ids.next(wall) } }]
              : [record],
          );
        },
    ),
  },
  {
    name: 'reminders-in-silences',
    breaks: 'Channels are reminded of nodes that are silenced.',
    settings: { ...SILENCED, remindEvery: 1000 },
    install: replaced(Silencing, 'isSilenced', () => () => false),
  },
  {
    name: 'maintenance-ignored',
    breaks: 'Maintenance windows hold nothing.',
    faults: [],
    settings: { maintenance: 3, nodes: 12, nodeTimeout: 1000, maxRetries: 0 },
    install: replaced(Maintenance, 'look', () => () => undefined),
  },
  {
    name: 'timed-pause-early',
    breaks: 'A pause that ends by itself ends too early.',
    faults: [],
    settings: PAUSED,
    install: () => {
      const undo = [
        replaced(
          TimedPauses,
          'set',
          (original) =>
            function (
              this: TimedPauses<unknown>,
              node: unknown,
              until: Instant | undefined,
              now: Moment,
              wall: Instant,
            ) {
              Reflect.apply(original, this, [node, until, now, instant(wall + EARLY)]);
            },
        )(),
        replaced(
          TimedPauses,
          'over',
          (original) =>
            function (this: TimedPauses<unknown>, now: Moment, wall: Instant, most: number) {
              return Reflect.apply(original, this, [now, instant(wall + EARLY), most]);
            },
        )(),
      ];
      return () => {
        for (const each of undo) each();
      };
    },
  },
  {
    name: 'timed-pause-endless',
    breaks: 'A pause does not end by itself.',
    faults: [],
    settings: PAUSED,
    install: replaced(TimedPauses, 'over', () => () => []),
  },
];
