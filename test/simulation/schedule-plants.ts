import type { NodeMessage } from '../../actors/node/decision.js';
import { decide } from '../../actors/node/node.machine.js';
import { CronCalendar } from '../../src/calendar/cron-calendar.js';
import { instant } from '../../src/domain/time.js';
import type { Schedule } from '../../src/domain/schedule.js';
import { nodeRules, type Plant } from './plant.js';
import { replaced } from './replaced.js';
import { schedulesFor } from './world/settings.js';

const NODE_TIMEOUT = 1000;
const SCHEDULED = { schedules: schedulesFor(NODE_TIMEOUT), nodeTimeout: NODE_TIMEOUT };

/** Milliseconds by which a node is late too early. */
const EARLY = 500;

/** Faults planted in the schedules of nodes. */
export const SCHEDULE_PLANTS: readonly Plant[] = [
  {
    name: 'schedule-early',
    breaks: 'A node with a cron schedule is late half a second before its time.',
    settings: SCHEDULED,
    install: replaced(
      CronCalendar,
      'next',
      (original) =>
        function (this: CronCalendar, ...args: Parameters<CronCalendar['next']>) {
          const next = Reflect.apply(original, this, args);
          return next === undefined ? undefined : instant(next - EARLY);
        },
    ),
  },
  {
    name: 'schedule-ignored',
    breaks: 'A schedule is confirmed, and the node keeps its timeout.',
    settings: SCHEDULED,
    ports: nodeRules((state, lease, message, rules) =>
      decide(
        state,
        lease,
        withSchedule(message, () => undefined),
        rules,
      ),
    ),
  },
  {
    name: 'grace-ignored',
    breaks: 'A node with a schedule fails as soon as it is late.',
    settings: SCHEDULED,
    ports: nodeRules((state, lease, message, rules) =>
      decide(
        state,
        lease,
        withSchedule(message, (schedule) => ({ ...schedule, grace: 1 })),
        rules,
      ),
    ),
  },
];

/** Changes the schedule that a message sets. */
function withSchedule(
  message: NodeMessage,
  changed: (schedule: Schedule) => Schedule | undefined,
): NodeMessage {
  if (message.kind !== 'put') return message;
  const { schedule } = message.change;
  if (schedule === undefined || schedule === null) return message;
  const other = Object.create(message) as NodeMessage;
  const change = { ...message.change, schedule: changed(schedule) };
  Object.defineProperty(other, 'change', { value: change });
  return other;
}
