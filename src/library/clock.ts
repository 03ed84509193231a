import { SystemClock } from '../adapters/clock/system-clock.js';
import type { Clock } from '../ports/clock.js';

/** One for all instances of a process: they live in the same time. */
export const systemClock: Clock = new SystemClock();
