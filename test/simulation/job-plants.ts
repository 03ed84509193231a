import type { NodeEffect } from '../../actors/node/decision.js';
import { NO_JOB, type Job } from '../../actors/node/job.js';
import { decide } from '../../actors/node/node.machine.js';
import { losing, nodeRules, storeWith, withStores, type Plant } from './plant.js';

/** A job whose runs often take longer than their grace. */
const PINGED = { jobs: 2, nodeTimeout: 1000 };
/** Milliseconds by which a confirmation precedes the write. */
const AHEAD = 300;

/** Faults planted in jobs and their pings. */
export const JOB_PLANTS: readonly Plant[] = [
  {
    name: 'grace-of-a-run-ignored',
    breaks: 'A job that starts and does not end in time has not failed.',
    settings: PINGED,
    ports: withJob('start', (job) => ({
      ...job,
      runs: job.runs.map((run) => ({ ...run, isWatched: false })),
    })),
  },
  {
    name: 'run-never-ends',
    breaks: 'A run that has ended is watched as before.',
    settings: PINGED,
    ports: withJob('success', (job, before) => ({ ...job, runs: before.runs })),
  },
  {
    name: 'ping-before-the-disk',
    breaks: 'A ping is confirmed before it is on disk.',
    faults: ['kill'],
    settings: PINGED,
    ports: withStores((store, { clock }) =>
      storeWith(store, (batch) => {
        if (!batch.some(({ kind }) => kind === 'pinged')) return store.write(batch);
        clock.after(AHEAD, () => {
          store.write(batch).catch(() => undefined);
        });
        return Promise.resolve();
      }),
    ),
  },
  {
    name: 'ping-lost',
    breaks: 'Pings are confirmed, and are not kept.',
    settings: PINGED,
    ports: losing('pinged'),
  },
];

/** Changes a job after a ping of this kind. */
function withJob(kind: string, changed: (job: Job, before: Job) => Job): NonNullable<Plant['ports']> {
  return nodeRules((state, lease, message, rules) => {
    const decision = decide(state, lease, message, rules);
    if (message.kind !== 'ping' || message.ping.kind !== kind) return decision;
    const effects = decision.effects.map((effect): NodeEffect =>
      effect.kind === 'job' ? { ...effect, job: changed(effect.job, lease.job ?? NO_JOB) } : effect,
    );
    return { ...decision, effects };
  });
}
