import { z } from 'zod';
import { SILENCE_STATES, type SilenceId, type SilenceState } from '../../domain/silence.js';
import { parseSilenceId } from '../../domain/silence-id.js';
import { queryProblem } from '../../views/messages.js';
import { coded } from '../../views/values.js';
import { forLimit, limitUpTo, OPAQUE, readQuery } from '../input/query.js';

/** The default size of a page. */
const PAGE = 100;
const ONE_STATE = `(?:${SILENCE_STATES.join('|')})`;

export interface SilenceListing {
  readonly states: readonly SilenceState[] | undefined;
  readonly before: SilenceId | undefined;
  readonly limit: number;
}

/** The query of a list of silences. */
export const silenceListingQuery = forLimit((largest) =>
  z.strictObject({
    state: coded(readStates, queryProblem.silenceState)
      .optional()
      .meta({
        type: 'string',
        pattern: `^${ONE_STATE}(?:,${ONE_STATE})*$`,
        description: `Only silences in one of these states, separated by commas: ${SILENCE_STATES.join(', ')}.`,
      }),
    cursor: coded<SilenceId>(parseSilenceId, queryProblem.nameCursor).optional().meta({
      type: 'string',
      pattern: OPAQUE,
      description: 'Continues after the page that returned this `next_cursor`.',
    }),
    limit: limitUpTo(largest)
      .default(Math.min(PAGE, largest))
      .meta({ description: 'The largest number of silences to return.' }),
  }),
);

/**
 * Reads the query of a list of silences.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter
 */
export function parseSilenceListing(url: string, largestPage: number): SilenceListing {
  const { state, cursor, limit } = readQuery(url, silenceListingQuery(largestPage));
  return { states: state, before: cursor, limit };
}

function readStates(text: string): readonly SilenceState[] | undefined {
  const names = text.split(',');
  const states = SILENCE_STATES.filter((state) => names.includes(state));
  return states.length === new Set(names).size ? states : undefined;
}
