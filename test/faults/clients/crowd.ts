/**
 * A crowd that asks for more at once than the daemon may have in flight, again and again, while newcomers want in;
 * then it heals as clients should. How much is asked for at once is a number, whatever the speed of this host.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Group, Newcomers, Onlooker, together, type GroupHeal, type GroupsPlan } from './groups.js';

export interface CrowdPlan extends GroupsPlan {
  /** The daemon's process. */
  readonly pid: number;
  /** Users who want in beside the groups, each time. */
  readonly newcomers: number;
  /** The overload lasts at least so long, in milliseconds, and until the onlooker was answered so many times. */
  readonly overload: number;
  readonly looks: number;
}

export interface CrowdReport {
  readonly kind: 'dispersed';
  /** Times that all groups and the newcomers asked at once. */
  readonly rounds: number;
  /** Answers in the overload, by HTTP status. */
  readonly answers: Readonly<Record<number, number>>;
  /** Answers to the onlooker, and those who were offline though their last heal was acknowledged in time. */
  readonly looks: number;
  readonly falselyOffline: readonly string[];
  /** The heals of each group, in the order they were sent. */
  readonly heals: readonly (readonly GroupHeal[])[];
}

const plan = JSON.parse(process.argv[2] ?? '') as CrowdPlan;
/** How long no heal may be refused before the daemon counts as well again. */
const WELL_FOR = 1500;
/** The part of the timeout between two heals, for clients that behave. */
const EASE = 0.6;
const AGAIN = 1000;

const groups = Array.from({ length: plan.groups }, (_, index) => new Group(plan, index));
const answers: Record<number, number> = {};
const newcomers = new Newcomers(plan.url, plan.newcomers);
const onlooker = new Onlooker(plan, groups);

for (const group of groups) while (!(await group.heal()).acknowledged) await pause(100);
void onlooker.look();

let rounds = 0;
const overloadEnds = performance.now() + plan.overload;
while (performance.now() < overloadEnds || onlooker.looks < plan.looks) {
  const statuses = await together(plan.pid, (begun) => [
    ...newcomers.come(begun),
    ...groups.map(async (group) => (await group.heal(begun)).status),
  ]);
  for (const status of statuses) answers[status] = (answers[status] ?? 0) + 1;
  rounds++;
}

// The load is what it should be from here on: everybody heals in time, and asks a refused heal again a second later.
let troubledAt = performance.now();
const isWell = (): boolean => performance.now() - troubledAt >= WELL_FOR;
async function behave(group: Group): Promise<void> {
  while (!isWell()) {
    const { acknowledged } = await group.heal();
    if (!acknowledged) troubledAt = performance.now();
    await pause(acknowledged ? plan.timeout * EASE : AGAIN);
  }
}
await Promise.all(groups.map(behave));
onlooker.stop();

const report: CrowdReport = {
  kind: 'dispersed',
  rounds,
  answers,
  looks: onlooker.looks,
  falselyOffline: onlooker.falselyOffline,
  heals: groups.map(({ heals }) => heals),
};
process.send?.(report, () => process.exit());
