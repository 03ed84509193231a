import { OverrideTable } from '../../actors/notifier/overrides/override-table.js';
import { RotaNotifier } from '../../src/adapters/channels/rota/rota.js';
import type { AlertMessage, Attempt } from '../../src/ports/channel.js';
import type { Delivery } from '../../src/domain/alert.js';
import { losing, written, type Plant } from './plant.js';
import { replaced } from './replaced.js';

/** Settings with which failures follow each other quickly. */
const ON_CALL = { rota: true, nodes: 12, nodeTimeout: 1000, maxRetries: 0 };

/** Faults planted in rotas and their overrides. */
export const ROTA_PLANTS: readonly Plant[] = [
  {
    name: 'override-ignored',
    breaks: 'An override is confirmed, and changes nothing.',
    faults: [],
    settings: ON_CALL,
    install: replaced(OverrideTable, 'at', () => () => []),
  },
  {
    name: 'override-lost',
    breaks: 'An override is confirmed, and is not stored.',
    faults: ['kill'],
    settings: ON_CALL,
    ports: losing('overrides'),
  },
  {
    name: 'attempt-at-whoever-is-on-call',
    breaks: 'Each attempt goes to whoever is on call then, and not to the person of the first one.',
    faults: ['down', 'twice'],
    settings: ON_CALL,
    install: replaced(
      RotaNotifier,
      'notify',
      (original) =>
        function (this: RotaNotifier, alert: AlertMessage, { begun: _, ...attempt }: Attempt): unknown {
          return Reflect.apply(original, this, [alert, attempt]);
        },
    ),
  },
  {
    name: 'first-attempt-forgotten',
    breaks: 'After a restart, a message that was tried goes to whoever is on call then.',
    faults: ['kill', 'down', 'hang'],
    settings: ON_CALL,
    ports: written((records) =>
      records.map((record) =>
        record.kind === 'alerts'
          ? {
              ...record,
              records: record.records.map((alert) => ({
                ...alert,
                deliveries: alert.deliveries.map(withoutBegin),
              })),
            }
          : record,
      ),
    ),
  },
];

function withoutBegin({ begun: _, ...delivery }: Delivery): Delivery {
  return delivery;
}
