import { Backlog } from '../../actors/history/backlog.js';
import { Batch, NOT_SYNCED } from '../../src/adapters/history/sealed-store.js';
import { instant } from '../../src/domain/time.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { WriteOptions } from '../../src/ports/ordered-store.js';
import { losing, storeWith, withStores, written, type Plant } from './plant.js';
import { replaced } from './replaced.js';

/** Milliseconds by which an acknowledgement precedes the write. */
const AHEAD = 300;

/** Settings with which much is stored. */
const BUSY = { timeout: 1000, users: 12, nodeTimeout: 1000, maxRetries: 0, nodes: 12 };

/** A registration is stored with the first status. */
function withoutStatuses(records: readonly HistoryRecord[]): readonly HistoryRecord[] {
  const isRegistration = records.some(({ kind }) => kind === 'registered');
  return isRegistration ? records : records.filter(({ kind }) => kind !== 'statuses');
}

/** Faults in what is stored, and when it is confirmed. */
export const STORE_PLANTS: readonly Plant[] = [
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
  {
    name: 'deletion-lost',
    breaks: 'The deletion of a node is not stored.',
    faults: ['kill'],
    settings: BUSY,
    ports: losing('forgotten'),
  },
  { name: 'alerts-lost', breaks: 'Alerts are not stored.', ports: losing('alerts') },
  { name: 'blindness-not-recorded', breaks: 'Blind intervals are not stored.', ports: losing('blind') },
  {
    name: 'torn-batch',
    breaks: 'The tail of a long batch is lost.',
    ports: written((records) => (records.length > 3 ? records.slice(0, -1) : records)),
  },
  {
    name: 'refusal-not-undone',
    breaks: 'An opening or a goodbye that was refused, and reached the disk, stays there.',
    faults: ['refuse', 'kill'],
    settings: BUSY,
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
];
