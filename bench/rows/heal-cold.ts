import { atLeast, type Row } from '../row.js';
import { contest, errorNotes, ratioFigures, valueFigures } from './contest.js';

export const healCold: Row = {
  name: 'heal-cold',
  title: 'PUT /heal with sessions opening as they come, each on disk before its answer',
  needs: ['wrk', 'erl', 'cowboy'],
  goals: { 'of OTP': atLeast(1.2, 1.8) },
  run: async (context) => {
    const outcome = await contest(context, {
      call: 'heal',
      contenders: ['heartbeat', 'OTP', 'bare'],
      sessionTimeoutSeconds: 7,
      warm: false,
    });
    return {
      figures: [
        ...ratioFigures(outcome, 'perSecond'),
        ...valueFigures(outcome, 'perSecond'),
        ...valueFigures(outcome, 'p99Ms'),
        ...valueFigures(outcome, 'cpuUs'),
      ],
      notes: errorNotes(outcome),
    };
  },
};
