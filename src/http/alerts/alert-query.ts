import * as z from 'zod';
import { parseAlertId } from '../../domain/alert-id.js';
import { ALERT_TYPES, DELIVERY_STATES, type AlertId, type DeliveryState } from '../../domain/alert.js';
import type { AlertFilter } from '../../domain/alert-filter.js';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';
import { NAME_SHAPE, coded } from '../../views/values.js';
import { queryProblem } from '../../views/messages.js';
import { forLimit, limitUpTo, OPAQUE, readQuery } from '../input/query.js';

/** The default size of a page. */
const PAGE = 100;
const ONE_STATE = `(?:${DELIVERY_STATES.join('|')})`;

export interface AlertListing {
  readonly states: readonly DeliveryState[] | undefined;
  readonly filter: AlertFilter;
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
        description: `Only alerts that are in one of these states for some channel, separated by commas: ${DELIVERY_STATES.join(', ')}.`,
      }),
    node: coded<NodeName>(parseNodeName, queryProblem.node)
      .optional()
      .meta({
        ...NAME_SHAPE,
        description: 'Only alerts about this node, alone or in a group.',
      }),
    type: z
      .enum(ALERT_TYPES, queryProblem.alertType)
      .optional()
      .meta({ description: 'Only alerts of this type.' }),
    channel: z
      .string()
      .optional()
      .meta({ description: 'Only alerts for this channel; with `state`, those in that state there.' }),
    cursor: coded<AlertId>(parseAlertId, queryProblem.alertCursor).optional().meta({
      type: 'string',
      pattern: OPAQUE,
      description: 'Continues after the page that returned this `next_cursor`.',
    }),
    limit: limitUpTo(largest)
      .default(Math.min(PAGE, largest))
      .meta({ description: 'The largest number of alerts to return.' }),
  }),
);

/**
 * Reads the query of a list of alerts.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter
 */
export function parseAlertListing(url: string, largestPage: number): AlertListing {
  const { state, cursor, limit, node, type, channel } = readQuery(url, alertListingQuery(largestPage));
  return { states: state, filter: { node, type, channel }, before: cursor, limit };
}

function readStates(text: string): readonly DeliveryState[] | undefined {
  const names = text.split(',');
  const states = DELIVERY_STATES.filter((state) => names.includes(state));
  return states.length === new Set(names).size ? states : undefined;
}
