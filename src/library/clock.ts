import { SystemClock } from '../adapters/clock/system-clock.js';
import type { Clock } from '../ports/clock.js';

/** One clock for all instances of a process. */
export const systemClock: Clock = new SystemClock();
