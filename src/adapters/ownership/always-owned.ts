import { moment } from '../../domain/time.js';
import type { Ownership } from '../../ports/ownership.js';

/** Of a store that no other process can use: a locked directory, or memory. */
export const ALWAYS_OWNED: Ownership = { validUntil: moment(Infinity) };
