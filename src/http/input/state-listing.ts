import * as z from 'zod';
import { parseAlertId } from '../../domain/alert-id.js';
import { SILENCE_STATES, type SilenceState } from '../../domain/silence.js';
import { queryProblem } from '../../views/messages.js';
import { coded } from '../../views/values.js';
import { forLimit, limitUpTo, OPAQUE, readQuery } from './query.js';

/** The default size of a page. */
const PAGE = 100;
const ONE_STATE = `(?:${SILENCE_STATES.join('|')})`;

interface StateListing {
  readonly states: readonly SilenceState[] | undefined;
  /** Only those whose ids sort before this one. */
  readonly before: string | undefined;
  readonly limit: number;
}

const queryOf = (things: string, largest: number) =>
  z.strictObject({
    state: coded(readStates, queryProblem.silenceState)
      .optional()
      .meta({
        type: 'string',
        pattern: `^${ONE_STATE}(?:,${ONE_STATE})*$`,
        description: `Only ${things} in one of these states, separated by commas: ${SILENCE_STATES.join(', ')}.`,
      }),
    cursor: coded<string>(parseAlertId, queryProblem.nameCursor).optional().meta({
      type: 'string',
      pattern: OPAQUE,
      description: 'Continues after the page that returned this `next_cursor`.',
    }),
    limit: limitUpTo(largest)
      .default(Math.min(PAGE, largest))
      .meta({ description: `The largest number of ${things} to return.` }),
  });

/** The query of a list of silences. */
export const silenceListingQuery = forLimit((largest) =>
  queryOf('silences', largest).extend({
    maintenance: z.enum(['true', 'false'], queryProblem.maintenance).default('false').meta({
      description:
        '`true`: only those of maintenance windows, with the next of each window, for keys that cover all nodes; `false`: only others.',
    }),
  }),
);
/** The query of a list of overrides of a rota. */
export const overrideListingQuery = forLimit((largest) => queryOf('overrides', largest));

/**
 * Reads the query of a list of silences.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter
 */
export function parseSilenceListing(
  url: string,
  largestPage: number,
): StateListing & { readonly isMaintenance: boolean } {
  const { state, maintenance, cursor, limit } = readQuery(url, silenceListingQuery(largestPage));
  return { states: state, before: cursor, limit, isMaintenance: maintenance === 'true' };
}

/**
 * Reads the query of a list of overrides.
 *
 * @throws HeartbeatError likewise
 */
export function parseOverrideListing(url: string, largestPage: number): StateListing {
  const { state, cursor, limit } = readQuery(url, overrideListingQuery(largestPage));
  return { states: state, before: cursor, limit };
}

/** The page that was asked for, newest first. @param all oldest first, with the ids by which they sort */
export function pageOf<Each extends { readonly id: string }>(
  all: readonly Each[],
  { states, before, limit }: StateListing,
  stateOf: (each: Each) => SilenceState,
): { readonly page: readonly Each[]; readonly nextCursor: string | null } {
  const wanted = all
    .filter((each) => (before === undefined || each.id < before) && (states?.includes(stateOf(each)) ?? true))
    .toReversed();
  const page = wanted.slice(0, limit);
  return { page, nextCursor: wanted.length > limit ? (page.at(-1)?.id ?? null) : null };
}

function readStates(text: string): readonly SilenceState[] | undefined {
  const names = text.split(',');
  const states = SILENCE_STATES.filter((state) => names.includes(state));
  return states.length === new Set(names).size ? states : undefined;
}
