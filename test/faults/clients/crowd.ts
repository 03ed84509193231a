/**
 * A crowd that heals first as fast as the daemon answers, which shows what it can carry, then three times as often,
 * then half as often.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Group, Onlooker, type GroupHeal, type GroupsPlan } from './groups.js';

export interface CrowdPlan extends GroupsPlan {
  /** Milliseconds. */
  readonly calibration: number;
  readonly overload: number;
  /** How long to wait for the daemon to be well again, in milliseconds. */
  readonly patience: number;
}

export interface CrowdReport {
  readonly kind: 'dispersed';
  /** Batches a second that the daemon took, and was given in the overload. */
  readonly carried: number;
  readonly offered: number;
  /** Answers in the overload, by HTTP status. */
  readonly answers: Readonly<Record<number, number>>;
  /** Answers to the onlooker, and those who were offline though their last heal was acknowledged in time. */
  readonly looks: number;
  readonly falselyOffline: readonly string[];
  /** Milliseconds after the overload until every heal was taken again; undefined when that took too long. */
  readonly wellAfter: number | undefined;
  /** The heals of each group, in the order they were sent. */
  readonly heals: readonly (readonly GroupHeal[])[];
}

const plan = JSON.parse(process.argv[2] ?? '') as CrowdPlan;
const TICK = 5;
/** For so long no heal may be refused before the daemon counts as well again. */
const WELL_FOR = 1500;

const groups = Array.from({ length: plan.groups }, (_, index) => new Group(plan, index));
const answers: Record<number, number> = {};
const onlooker = new Onlooker(plan, groups);

/** Every group in turn, so many at a time, for so long. */
async function inTurn(atOnce: number, duration: number): Promise<number> {
  const until = performance.now() + duration;
  let next = 0;
  let done = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      const { status } = await groups[next++ % groups.length]!.heal();
      if (status === 200) done++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return done;
}

/** So many batches a second, whatever becomes of them, by the groups that have none under way. */
async function offer(
  rate: number,
  until: () => boolean,
  answered: (answer: Awaited<ReturnType<Group['heal']>>) => void,
): Promise<number> {
  const begun = performance.now();
  let offered = 0;
  let missed = 0;
  let next = 0;
  while (!until()) {
    const due = ((performance.now() - begun) / 1000) * rate;
    for (let tried = 0; offered + missed < due && tried < groups.length; tried++) {
      const group = groups[next++ % groups.length]!;
      if (group.busy) continue;
      offered++;
      void group.heal().then(answered);
    }
    // What could not be sent in time is not made up for later.
    missed = Math.max(0, Math.floor(due) - offered);
    await pause(TICK);
  }
  return offered;
}

for (const group of groups) while ((await group.heal()).status !== 200) await pause(100);
void onlooker.look();
const carried = ((await inTurn(8, plan.calibration)) / plan.calibration) * 1000;

const overloadEnds = performance.now() + plan.overload;
const offered = await offer(
  3 * carried,
  () => performance.now() >= overloadEnds,
  ({ status }) => (answers[status] = (answers[status] ?? 0) + 1),
);

let troubledAt = performance.now();
const givenUpAt = troubledAt + plan.patience + WELL_FOR;
await offer(
  carried / 2,
  () => performance.now() - troubledAt >= WELL_FOR || performance.now() >= givenUpAt,
  ({ acknowledged }) => {
    if (!acknowledged) troubledAt = performance.now();
  },
);
const isWell = performance.now() < givenUpAt;
onlooker.stop();
while (groups.some(({ busy }) => busy)) await pause(TICK);

const report: CrowdReport = {
  kind: 'dispersed',
  carried,
  offered: (offered / plan.overload) * 1000,
  answers,
  looks: onlooker.looks,
  falselyOffline: onlooker.falselyOffline,
  wellAfter: isWell ? troubledAt - overloadEnds : undefined,
  heals: groups.map(({ heals }) => heals),
};
process.send?.(report, () => process.exit());
