import type { Api, HeartbeatClient } from '../../../src/client/api/index.js';
import { MOST_PAGES } from '../../daemon/lists.js';
import { hrefTo } from '../../router.js';

type DeliveryState = Api.Delivery['state'];

/** What somebody must look at comes first. */
export const DELIVERY_STATES: readonly DeliveryState[] = [
  'dead',
  'pending',
  'held',
  'delivered',
  'cancelled',
  'folded',
];

export const ALERT_TYPES: readonly Api.AlertType[] = [
  'node.failed',
  'node.reported_failure',
  'node.recovered',
  'node.inactive',
  'node.deleted',
  'mass_failure',
  'channel.closed',
  'test',
];

/** What the address of the list says. An empty text does not filter. */
export interface AlertFilter {
  readonly state: DeliveryState | '';
  readonly type: Api.AlertType | '';
  readonly channel: string;
  /** The whole name of a node. */
  readonly node: string;
  readonly cursor: string;
}

export function filterIn(query: URLSearchParams): AlertFilter {
  return {
    state: DELIVERY_STATES.find((state) => state === query.get('state')) ?? '',
    type: ALERT_TYPES.find((type) => type === query.get('type')) ?? '',
    channel: query.get('channel') ?? '',
    node: query.get('node') ?? '',
    cursor: query.get('cursor') ?? '',
  };
}

export function hrefOf({ state, type, channel, node, cursor }: AlertFilter): string {
  return hrefTo(['alerts'], { state, type, channel, node, cursor });
}

export function isFiltered({ state, type, channel, node }: AlertFilter): boolean {
  return [state, type, channel, node].some((part) => part !== '');
}

/** A page of those that fit. It may be empty while there are older ones. */
export async function alertsOf(
  client: HeartbeatClient,
  { state, type, channel, node, cursor: first }: AlertFilter,
  signal: AbortSignal,
): Promise<Api.Answers['alerts']> {
  let cursor = first === '' ? undefined : first;
  for (let pages = 1; ; pages++) {
    const page = await client.alerts.page({
      ...(state !== '' && { state }),
      ...(type !== '' && { type }),
      ...(channel !== '' && { channel }),
      ...(node !== '' && { node }),
      cursor,
      signal,
    });
    if (page.alerts.length > 0 || page.nextCursor === null || pages === MOST_PAGES) return page;
    cursor = page.nextCursor;
  }
}
