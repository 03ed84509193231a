import * as z from 'zod';
import type { AlertMessage } from '../../ports/channel.js';
import { DeliveredParts } from './delivered-parts.js';
import { sendInParts, type Part } from './http/parts.js';

const MAX_NODES = 'must be a whole number between 1 and 1000000';

/** The setting `max_nodes`. */
export const maxNodes = z
  .int({ error: MAX_NODES })
  .min(1, { error: MAX_NODES })
  .max(1_000_000, { error: MAX_NODES })
  .default(500);

/**
 * For receivers of JSON. A group of very many nodes goes out in parts, so that no receiver refuses it for its size. See
 * decision 86.
 */
export class MessageParts {
  readonly #maxNodes: number;
  readonly #deliveredParts = new DeliveredParts();

  constructor(most: number) {
    this.#maxNodes = most;
  }

  /** Sends each part that no earlier attempt has sent. */
  async send(alert: AlertMessage, post: (message: AlertMessage) => Promise<void>): Promise<void> {
    const { nodes } = alert;
    if (nodes === undefined) return post(alert);
    const taken = this.#deliveredParts.of(alert.id);
    await sendInParts(nodes.length, this.#maxNodes, async (part) => {
      const message = partOf(alert, nodes, part);
      if (taken.has(message.id)) return;
      await post(message);
      this.#deliveredParts.add(alert.id, [message.id]);
    });
    this.#deliveredParts.forget(alert.id);
  }
}

/**
 * Says which part it is, and has an id of its own so that repeats can be dropped. Each alert that the group replaces is
 * in one part.
 */
function partOf(alert: AlertMessage, nodes: NonNullable<AlertMessage['nodes']>, part: Part): AlertMessage {
  const { from, to } = part;
  const of = nodes.length;
  if (to - from === of) return alert;
  const { alert_ids: ids = [] } = alert;
  const at = (index: number): number => Math.floor((index / of) * ids.length);
  return {
    ...alert,
    id: `${alert.id}.${from}-${to}`,
    nodes: nodes.slice(from, to),
    ...(ids.length > 0 && { alert_ids: ids.slice(at(from), at(to)) }),
    part: { from, to, of },
  };
}
