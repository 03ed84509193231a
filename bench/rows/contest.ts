import type { BenchContext } from '../context.js';
import { warmUp, wrkWithCpu } from '../meters/wrk.js';
import type { Figure } from '../row.js';
import { CONTENDERS, type ContenderName, type Contending } from '../servers/contenders.js';
import { ratios } from '../statistics.js';

export interface Contest {
  readonly call: 'heal' | 'checkup';
  readonly contenders: readonly ContenderName[];
  readonly sessionTimeoutSeconds: number;
  /** Every user is healed once before the first round. Otherwise each round begins with servers that know nobody. */
  readonly warm: boolean;
}

/** A value for each round. */
interface Rounds {
  readonly perSecond: number[];
  readonly p99Ms: number[];
  readonly cpuUs: number[];
  errors: number;
}

export type ContestOutcome = ReadonlyMap<ContenderName, Rounds>;

const USERS = 100_000;
const CONNECTIONS = 64;

/** Meets all contenders that can be started with the same load, turn and turn about. */
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
    // There and back again, so that whatever drifts meanwhile favours nobody.
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

/** `of <contender>`: ours in relation to each of the others. */
export function ratioFigures(outcome: ContestOutcome, measure: Measure): Figure[] {
  const ours = outcome.get('heartbeat');
  return [...outcome].flatMap(([name, rounds]) =>
    name === 'heartbeat' || ours === undefined
      ? []
      : [{ name: `of ${name}`, unit: '×', rounds: ratios(ours[measure], rounds[measure]) }],
  );
}

/** The processor time of a request with each peer, by that with us: above 1 where ours takes less. */
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

/** Says so where a contender has not answered every request with success. */
export function errorNotes(outcome: ContestOutcome): string[] {
  return [...outcome].flatMap(([name, { errors }]) =>
    errors === 0 ? [] : [`${name}: ${String(errors)} requests failed`],
  );
}
