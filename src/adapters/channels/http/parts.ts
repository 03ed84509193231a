import { RefusedError } from './poster.js';

/** Items from one up to another, which is not among them. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

const TOO_LARGE = 413;

/**
 * Sends items in order, so many at once; half as many again where the other side says that it is too much. The same
 * items make the same parts each time.
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
    const isTooLarge = error instanceof RefusedError && error.status === TOO_LARGE;
    if (!isTooLarge || to - from < 2) throw error;
    const middle = from + Math.ceil((to - from) / 2);
    await halving({ from, to: middle }, send);
    await halving({ from: middle, to }, send);
  }
}
