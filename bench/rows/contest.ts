import type { BenchContext } from '../context.js';
import { warmUp, wrkWithCpu } from '../meters/wrk.js';
import type { Figure } from '../row.js';
import { CONTENDERS, type ContenderName, type Contending } from '../servers/contenders.js';
import { ratios } from '../statistics.js';

export interface Contest {
  readonly call: 'heal' | 'checkup';
  readonly contenders: readonly ContenderName[];
  readonly sessionTimeoutSeconds: number;
  /** Heal every user once before the first round. Otherwise each round begins with empty servers. */
  readonly warm: boolean;
}

/** A value per round. */
interface Rounds {
  readonly perSecond: number[];
  readonly p99Ms: number[];
  readonly cpuUs: number[];
  errors: number;
}

export type ContestOutcome = ReadonlyMap<ContenderName, Rounds>;

const USERS = 100_000;
const CONNECTIONS = 64;

/** Puts the same load on all contenders that can be started, alternately. */
export async function contest(context: BenchContext, plan: Contest): Promise<ContestOutcome> {
  const names = plan.contenders.filter((name) =>
    CONTENDERS[name].needs.every((tool) => context.tools.has(tool)),
  );
  const outcome = new Map(
    names.map((name): [ContenderName, Rounds] => [name, { perSecond: [], p99Ms: [], cpuUs: [], errors: 0 }]),
  );
  const lasting = new Map<ContenderName, Contending>();
  if (plan.warm) {
    for (const name of names) {
      context.say(`warming ${name}`);
      const server = await CONTENDERS[name].start(context.servers, plan.sessionTimeoutSeconds);
      lasting.set(name, server);
      await warmUp(server.url, users(context), context.signal);
    }
  }
  for (let round = 0; round < context.rounds; round++) {
    // In alternating order, so that drift of the machine favours no contender.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      context.say(`round ${String(round + 1)} of ${String(context.rounds)}: ${name}`);
      const server =
        lasting.get(name) ?? (await CONTENDERS[name].start(context.servers, plan.sessionTimeoutSeconds));
      const { perSecond, p99Ms, cpuUs, errors } = await wrkWithCpu(
        {
          url: server.url,
          script: plan.call,
          users: users(context),
          connections: CONNECTIONS,
          seconds: context.seconds,
          signal: context.signal,
        },
        server.pids,
      );
      const rounds = outcome.get(name);
      rounds?.perSecond.push(perSecond);
      rounds?.p99Ms.push(p99Ms);
      rounds?.cpuUs.push(cpuUs);
      if (rounds !== undefined) rounds.errors += errors;
      if (!plan.warm) await context.servers.endAll();
    }
  }
  return outcome;
}

function users(context: BenchContext): number {
  return context.size(USERS, USERS / 10);
}

type Measure = 'perSecond' | 'p99Ms' | 'cpuUs';

/** `of <contender>`: our value divided by that of each other contender. */
export function ratioFigures(outcome: ContestOutcome, measure: Measure): Figure[] {
  const ours = outcome.get('heartbeat');
  return [...outcome].flatMap(([name, rounds]) =>
    name === 'heartbeat' || ours === undefined
      ? []
      : [{ name: `of ${name}`, unit: '×', rounds: ratios(ours[measure], rounds[measure]) }],
  );
}

/** Each peer's CPU time per request divided by ours: above 1 if ours is less. */
export function cpuRatioFigures(outcome: ContestOutcome): Figure[] {
  const ours = outcome.get('heartbeat');
  return [...outcome].flatMap(([name, rounds]) =>
    name === 'heartbeat' || ours === undefined
      ? []
      : [{ name: `of ${name}, by CPU a request`, unit: '×', rounds: ratios(rounds.cpuUs, ours.cpuUs) }],
  );
}

const SHOWN = {
  perSecond: { unit: '/s', suffix: '' },
  p99Ms: { unit: 'ms', suffix: ', p99' },
  cpuUs: { unit: 'µs', suffix: ', CPU a request' },
} as const;

export function valueFigures(outcome: ContestOutcome, measure: Measure): Figure[] {
  const { unit, suffix } = SHOWN[measure];
  return [...outcome].map(([name, rounds]) => ({ name: name + suffix, unit, rounds: rounds[measure] }));
}

/** A note for each contender with failed requests. */
export function errorNotes(outcome: ContestOutcome): string[] {
  return [...outcome].flatMap(([name, { errors }]) =>
    errors === 0 ? [] : [`${name}: ${String(errors)} requests failed`],
  );
}
