import { SilenceTable } from '../../actors/notifier/silences/silence-table.js';
import { DayTotals } from '../../src/domain/uptime-report.js';
import { withStores, type Plant } from './plant.js';
import { replaced } from './replaced.js';

/** Settings with which failures follow each other quickly. */
const FAILING = { nodes: 12, nodeTimeout: 1000, maxRetries: 0 };

/** Faults planted in reports of uptime. */
export const UPTIME_PLANTS: readonly Plant[] = [
  {
    name: 'blind-time-counts',
    breaks: 'Time in which the daemon did not watch counts as any other.',
    faults: ['stall', 'kill'],
    settings: FAILING,
    ports: reading('blindBetween'),
  },
  {
    name: 'pauses-count',
    breaks: 'Time in which a node was paused counts as any other.',
    faults: [],
    settings: FAILING,
    ports: reading('pauses'),
  },
  {
    name: 'silences-not-shown',
    breaks: 'The uptime does not show when a node was silenced.',
    faults: [],
    settings: { ...FAILING, silences: true },
    install: replaced(SilenceTable, 'intervalsOf', () => nothing),
  },
  {
    name: 'acknowledgements-not-shown',
    breaks: 'An incident does not say who acknowledged it.',
    faults: [],
    settings: FAILING,
    ports: reading('acknowledgements'),
  },
  {
    name: 'day-too-short',
    breaks: 'A day of a report lacks a part of its time.',
    faults: [],
    settings: FAILING,
    install: replaced(
      DayTotals,
      'days',
      (original) =>
        function (this: DayTotals) {
          return Reflect.apply(original, this, []).map((day) => ({
            ...day,
            uptime: { ...day.uptime, failed: Math.max(0, day.uptime.failed - 1) },
          }));
        },
    ),
  },
];

/** Something that is stored is not found. */
function reading(what: 'blindBetween' | 'pauses' | 'acknowledgements'): NonNullable<Plant['ports']> {
  return withStores(
    (store) =>
      new Proxy(store, {
        get: (target, name) => {
          if (name === what) return nothingStored;
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      }),
  );
}

function* nothing(): Generator<never> {
  // As if there had been none.
}

async function* nothingStored(): AsyncGenerator<never> {
  // As if there were none.
}
