import { NotifyError } from '../../../ports/channel.js';

/** A range of items, without the one at `to`. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/**
 * Sends items in order, in parts of the given size; a part that the receiver finds too large is halved. The same items
 * always make the same parts.
 */
export async function sendInParts(
  count: number,
  most: number,
  send: (part: Part) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < count; from += most)
    await halving({ from, to: Math.min(count, from + most) }, send);
}

async function halving(part: Part, send: (part: Part) => Promise<void>): Promise<void> {
  try {
    await send(part);
  } catch (error) {
    const { from, to } = part;
    const isTooLarge = error instanceof NotifyError && error.tooLarge;
    if (!isTooLarge || to - from < 2) throw error;
    const middle = from + Math.ceil((to - from) / 2);
    await halving({ from, to: middle }, send);
    await halving({ from: middle, to }, send);
  }
}
