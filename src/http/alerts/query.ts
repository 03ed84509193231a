import { parseAlertId } from '../../domain/alert-id.js';
import { DELIVERY_STATES, type AlertId, type DeliveryState } from '../../domain/alert.js';
import { queryProblem } from '../messages.js';
import { readLimit, readParameters, refuseQuery } from '../query.js';

/** Alerts of a page where nobody says how many. */
const PAGE = 100;

const LISTING = new Set(['state', 'limit', 'cursor']);

export interface AlertListing {
  readonly states: readonly DeliveryState[] | undefined;
  readonly before: AlertId | undefined;
  readonly limit: number;
}

/**
 * Reads the query of a list of alerts.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter
 */
export function parseAlertListing(url: string, largestPage: number): AlertListing {
  const given = readParameters(url, LISTING);
  return {
    states: readStates(given.get('state')),
    before: readCursor(given.get('cursor')),
    limit: readLimit(given.get('limit'), largestPage) ?? Math.min(PAGE, largestPage),
  };
}

function readStates(text: string | undefined): readonly DeliveryState[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(',');
  const states = DELIVERY_STATES.filter((state) => names.includes(state));
  return states.length === new Set(names).size ? states : refuseQuery(queryProblem.alertState);
}

function readCursor(text: string | undefined): AlertId | undefined {
  if (text === undefined) return undefined;
  return parseAlertId(text) ?? refuseQuery(queryProblem.alertCursor);
}
