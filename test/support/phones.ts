import { RotaNotifier, type Position } from '../../src/adapters/channels/rota/rota.js';
import type { Rota } from '../../src/domain/rota.js';
import type { AlertMessage, Attempt } from '../../src/ports/channel.js';
import { RecordingLogger } from './recording-logger.js';
import type { SimulatedClock } from './simulated-clock.js';

/** Seconds: by the simulated clock it is 22:13:20 when a test begins. */
export const TO_HAND_OVER = 46 * 60 + 40;
const ROTA: Rota = {
  name: 'ops',
  people: ['ann', 'ben', 'cid'].map((name) => ({ name, channel: `${name}-phone` })),
  turns: 'daily',
  start: Date.parse('2023-11-13T00:00:00Z'),
  handOver: 23 * 3_600_000,
  timeZone: 'UTC',
};

/** People with phones that a test can break. */
export class Phones {
  readonly rang: string[] = [];
  answer: (person: string, message: AlertMessage) => Promise<void> = () => Promise.resolve();

  channels(clock: SimulatedClock) {
    const of = (position: Position) => {
      const notifier = new RotaNotifier(ROTA, position, {
        clock,
        logger: new RecordingLogger(),
        person: (channel: string) => ({
          notify: (message: AlertMessage) => {
            const person = channel.replace('-phone', '');
            this.rang.push(`${person}: ${message.type} ${message.node?.name ?? ''}`);
            return this.answer(person, message);
          },
          close: () => Promise.resolve(),
        }),
      });
      return {
        kind: 'rota',
        remembers: true,
        answer: (message: AlertMessage, attempt: Attempt) => notifier.notify(message, attempt),
      };
    };
    return { oncall: of(1), second: { ...of(2), after: 600_000 } };
  }
}
