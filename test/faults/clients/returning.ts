/**
 * Users who all come online, fall silent until all have lapsed, and then come back at once: whoever is refused asks
 * again a second later, as the answer says, and whoever was healed asks again when three fifths of the timeout are over.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Group, Onlooker, type GroupsPlan } from './groups.js';

export interface ReturningPlan extends GroupsPlan {
  /** How long everybody is silent, in milliseconds. */
  readonly silence: number;
  /** How long to wait for all of them to be online, in milliseconds. */
  readonly patience: number;
}

export interface ReturningReport {
  readonly kind: 'returned';
  /** Milliseconds after the silence until all were online at once; undefined when that took too long. */
  readonly backAfter: number | undefined;
  /** Heals that were refused meanwhile. */
  readonly refused: number;
  /** Checkups of users who were told that they are online, and of those the wrong ones. */
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
const begun = performance.now();
let refused = 0;
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
while (!allOnline() && performance.now() - begun < plan.patience) await pause(10);
const backAfter = allOnline() ? performance.now() - begun : undefined;
over = true;
onlooker.stop();
await returning;

const { looks, falselyOffline } = onlooker;
const report: ReturningReport = { kind: 'returned', backAfter, refused, looks, falselyOffline };
process.send?.(report, () => process.exit());
