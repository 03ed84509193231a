/**
 * Users who come online, go silent until all have expired, and then come back at once: refused ones ask
 * again a second later, as the response says, and healed ones again after three fifths of the timeout.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Group, Onlooker, together, type GroupsPlan } from './groups.js';

export interface ReturningPlan extends GroupsPlan {
  /** The daemon's process. */
  readonly pid: number;
  /** How long all are silent, in milliseconds. */
  readonly silence: number;
}

export interface ReturningReport {
  readonly kind: 'returned';
  /** Heals that were refused meanwhile. */
  readonly refused: number;
  /** Checkups of acknowledged users, and the wrong ones among them. */
  readonly looks: number;
  readonly falselyOffline: readonly string[];
}

const plan = JSON.parse(process.argv[2] ?? '') as ReturningPlan;
const AGAIN = 1000;

const groups = Array.from({ length: plan.groups }, (_, index) => new Group(plan, index));
for (const group of groups) while (!(await group.heal()).acknowledged) await pause(100);
await pause(plan.silence);

const onlooker = new Onlooker(plan, groups);
void onlooker.look();
// All at once, on any machine; refused ones ask again.
const first = await together(plan.pid, (begun) => groups.map((group) => group.heal(begun)));
let refused = first.filter(({ acknowledged }) => !acknowledged).length;
let over = false;

async function comeBack(group: Group): Promise<void> {
  while (!over) {
    const { acknowledged } = await group.heal();
    if (!acknowledged) refused++;
    await pause(acknowledged ? plan.timeout * 0.6 : AGAIN);
  }
}

const allOnline = (): boolean => groups.every(({ heardAt }) => performance.now() - heardAt < plan.timeout);
const returning = Promise.all(groups.map(comeBack));
while (!allOnline()) await pause(10);
over = true;
onlooker.stop();
await returning;

const { looks, falselyOffline } = onlooker;
const report: ReturningReport = { kind: 'returned', refused, looks, falselyOffline };
process.send?.(report, () => process.exit());
