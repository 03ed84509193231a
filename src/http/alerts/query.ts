import { z } from 'zod';
import { parseAlertId } from '../../domain/alert-id.js';
import { DELIVERY_STATES, type AlertId, type DeliveryState } from '../../domain/alert.js';
import { queryProblem } from '../messages.js';
import { coded, forLimit, limitUpTo, OPAQUE, readQuery } from '../query.js';

/** Alerts of a page where nobody says how many. */
const PAGE = 100;
const ONE_STATE = `(?:${DELIVERY_STATES.join('|')})`;

export interface AlertListing {
  readonly states: readonly DeliveryState[] | undefined;
  readonly before: AlertId | undefined;
  readonly limit: number;
}

/** The query of a list of alerts. */
export const alertListingQuery = forLimit((largest) =>
  z.strictObject({
    state: coded(readStates, queryProblem.alertState)
      .optional()
      .meta({
        type: 'string',
        pattern: `^${ONE_STATE}(?:,${ONE_STATE})*$`,
        description: `Only alerts that are, for some channel, in one of these states, with commas between them: ${DELIVERY_STATES.join(', ')}.`,
      }),
    cursor: coded<AlertId>(parseAlertId, queryProblem.alertCursor).optional().meta({
      type: 'string',
      pattern: OPAQUE,
      description: 'Goes on behind the page that answered this `next_cursor`.',
    }),
    limit: limitUpTo(largest)
      .default(Math.min(PAGE, largest))
      .meta({ description: 'So many alerts at the most.' }),
  }),
);

/**
 * Reads the query of a list of alerts.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter
 */
export function parseAlertListing(url: string, largestPage: number): AlertListing {
  const { state, cursor, limit } = readQuery(url, alertListingQuery(largestPage));
  return { states: state, before: cursor, limit };
}

function readStates(text: string): readonly DeliveryState[] | undefined {
  const names = text.split(',');
  const states = DELIVERY_STATES.filter((state) => names.includes(state));
  return states.length === new Set(names).size ? states : undefined;
}
