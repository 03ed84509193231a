import { atLeast, type Row } from '../row.js';
import { contest, cpuRatioFigures, errorNotes, ratioFigures, valueFigures } from './contest.js';

export const checkup: Row = {
  name: 'checkup',
  title: 'GET /checkup, requests a second',
  needs: ['wrk'],
  goals: { 'of bare, by CPU a request': atLeast(0.9), 'of bare': atLeast(0.8, 0.95) },
  run: async (context) => {
    const outcome = await contest(context, {
      call: 'checkup',
      contenders: ['heartbeat', 'bare', 'OTP'],
      sessionTimeoutSeconds: 600,
      warm: true,
    });
    return {
      figures: [
        ...cpuRatioFigures(outcome),
        ...ratioFigures(outcome, 'perSecond'),
        ...valueFigures(outcome, 'perSecond'),
        ...valueFigures(outcome, 'p99Ms'),
        ...valueFigures(outcome, 'cpuUs'),
      ],
      notes: errorNotes(outcome),
    };
  },
};
