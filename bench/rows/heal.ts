import type { BenchContext } from '../context.js';
import { atLeast, atMost, type Measured, type Row } from '../row.js';
import {
  contest,
  cpuRatioFigures,
  errorNotes,
  ratioFigures,
  valueFigures,
  type ContestOutcome,
} from './contest.js';

/** Long enough that no session ends during the measurement. */
const SESSION_TIMEOUT_S = 600;

export const heal: Row = {
  name: 'heal',
  title: 'PUT /heal that extends, requests a second',
  needs: ['wrk'],
  goals: {
    'of bare, by CPU a request': atLeast(0.85),
    'of bare': atLeast(0.75, 0.9),
    'of OTP': atLeast(1.8),
    'of Redis behind bare': atLeast(1),
  },
  run: async (context) => {
    const outcome = await context.once(extending);
    return {
      figures: [
        ...cpuRatioFigures(outcome),
        ...ratioFigures(outcome, 'perSecond'),
        ...valueFigures(outcome, 'perSecond'),
        ...valueFigures(outcome, 'cpuUs'),
      ],
      notes: errorNotes(outcome),
    };
  },
};

export const healP99: Row = {
  name: 'heal-p99',
  title: 'PUT /heal that extends, p99 latency',
  needs: ['wrk', 'erl', 'cowboy'],
  goals: { 'of OTP': atMost(1.5, 0.8) },
  run: async (context): Promise<Measured> => {
    const outcome = await context.once(extending);
    return { figures: [...ratioFigures(outcome, 'p99Ms'), ...valueFigures(outcome, 'p99Ms')] };
  },
};

function extending(context: BenchContext): Promise<ContestOutcome> {
  return contest(context, {
    call: 'heal',
    contenders: ['heartbeat', 'bare', 'OTP', 'Redis behind bare', 'Redis behind Express'],
    sessionTimeoutSeconds: SESSION_TIMEOUT_S,
    warm: true,
  });
}
