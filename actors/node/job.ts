import { isSuccess, isFailure, type Ping } from '../../src/domain/ping.js';
import type { StoredJob } from '../../src/domain/job.js';
import { instant, moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';

/** A run that has started and not ended. */
export interface Run {
  readonly rid: string | undefined;
  readonly startedAt: Instant;
  /** The same on the monotonic clock; undefined if that was in an earlier run of the daemon. */
  readonly since: Moment | undefined;
  /** When it must have ended. */
  readonly deadline: Moment;
  /** The total blind time when it started. */
  readonly blind: Millis;
  /** Whether the node fails if it does not end. It does not once the node has failed, or was paused. */
  readonly isWatched: boolean;
}

/** What is known of a node's job from its pings. */
export interface Job {
  /** How many pings have counted. */
  readonly pings: number;
  /** Oldest first. */
  readonly runs: readonly Run[];
  /** How long the last run took that has ended, if its start is known. */
  readonly lastDuration: Millis | undefined;
}

export const NO_JOB: Job = { pings: 0, runs: [], lastDuration: undefined };

/** The most runs that are open at once. A further start gives the oldest up. */
const MOST_RUNS = 100;
/** A start and an end that are further apart do not belong together, as in healthchecks. */
const LONGEST: Millis = 72 * 3_600_000;

/** When the first run must have ended that is watched. */
export function overrunOf(job: Job | undefined): Moment | undefined {
  if (job === undefined) return undefined;
  let first: Moment | undefined;
  for (const { isWatched, deadline } of job.runs)
    if (isWatched && (first === undefined || deadline < first)) first = deadline;
  return first;
}

/** When the last run started that is watched. */
export function startedOf(job: Job | undefined): Instant | undefined {
  return job?.runs.findLast(({ isWatched }) => isWatched)?.startedAt;
}

/** The job after the node has failed or was paused: what runs is not watched any more. Its end gives a duration. */
export function unwatched(job: Job): Job {
  if (job.runs.every(({ isWatched }) => !isWatched)) return job;
  return { ...job, runs: job.runs.map((run) => ({ ...run, isWatched: false })) };
}

/** When a ping came, and what a run that it starts is given. */
interface Times extends Pick<Run, 'startedAt' | 'deadline' | 'blind' | 'isWatched'> {
  readonly since: Moment;
}

/** The job after a ping, and the duration of the run that it ends. */
export function pinged(
  before: Job,
  ping: Pick<Ping, 'kind' | 'exitStatus' | 'rid'>,
  times: Times,
): { readonly job: Job; readonly duration: Millis | undefined } {
  const job = { ...before, pings: before.pings + 1 };
  const { rid } = ping;
  const others = job.runs.filter((run) => run.rid !== rid);
  if (ping.kind === 'start')
    return { job: { ...job, runs: [...others, { rid, ...times }].slice(-MOST_RUNS) }, duration: undefined };
  if (!isSuccess(ping) && !isFailure(ping)) return { job, duration: undefined };
  const ended = job.runs.find((run) => run.rid === rid);
  const duration = ended && durationOf(ended, times);
  // A success that names no run ends all, as in healthchecks.
  const runs = isSuccess(ping) && rid === undefined ? [] : others;
  return {
    job: { ...job, runs: runs.filter((run) => isRecent(run, times)), lastDuration: duration },
    duration,
  };
}

function durationOf({ startedAt, since }: Run, end: Times): Millis | undefined {
  const taken = since === undefined ? end.startedAt - startedAt : end.since - since;
  return taken < LONGEST ? Math.max(0, taken) : undefined;
}

function isRecent({ startedAt, isWatched }: Run, now: Times): boolean {
  return isWatched || now.startedAt - startedAt < LONGEST;
}

/** @param toObservedTime converts a deadline to its stored form */
export function storedJob(job: Job, toObservedTime: (deadline: Moment) => Millis): StoredJob {
  const { pings, runs, lastDuration } = job;
  return {
    pings,
    ...(lastDuration !== undefined && { lastDuration }),
    runs: runs.map(({ rid, startedAt, deadline, blind, isWatched }) => ({
      ...(rid !== undefined && { rid }),
      startedAt,
      deadline: toObservedTime(deadline),
      blind,
      isWatched,
    })),
  };
}

/** The job as it was found on disk. Its deadlines are in observed time until time continues. */
export function restoredJob({ pings, runs, lastDuration }: StoredJob): Job {
  return {
    pings,
    lastDuration,
    runs: runs.map(({ rid, startedAt, deadline, blind, isWatched }) => ({
      rid,
      startedAt: instant(startedAt),
      since: undefined,
      deadline: moment(deadline),
      blind,
      isWatched,
    })),
  };
}
