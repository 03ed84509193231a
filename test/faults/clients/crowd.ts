/**
 * Groups that repeatedly send more at once than the daemon may have in flight, beside new users;
 * then they heal as clients should. How much they send at once does not depend on the machine.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Group, Newcomers, Onlooker, together, type GroupHeal, type GroupsPlan } from './groups.js';

export interface CrowdPlan extends GroupsPlan {
  /** The daemon's process. */
  readonly pid: number;
  /** New users in each round. */
  readonly newcomers: number;
  /** The overload lasts at least so many milliseconds, and until the onlooker has got so many answers. */
  readonly overload: number;
  readonly looks: number;
}

export interface CrowdReport {
  readonly kind: 'dispersed';
  /** Rounds in which all groups and new users sent at once. */
  readonly rounds: number;
  /** Responses during the overload, by HTTP status. */
  readonly answers: Readonly<Record<number, number>>;
  /** Answers to the onlooker, and users who were offline although their last heal was acknowledged in time. */
  readonly looks: number;
  readonly falselyOffline: readonly string[];
  /** The heals of each group, in the order they were sent. */
  readonly heals: readonly (readonly GroupHeal[])[];
}

const plan = JSON.parse(process.argv[2] ?? '') as CrowdPlan;
/** How long no heal may be refused until the daemon counts as recovered. */
const WELL_FOR = 1500;
/** The part of the timeout between two heals of a normal client. */
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

// Normal load from here on: users heal in time, and repeat a refused heal a second later.
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
