import type { Row } from '../row.js';
import { batch } from './batch.js';
import { checkup } from './checkup.js';
import { healCold } from './heal-cold.js';
import { heal, healP99 } from './heal.js';
import { idle } from './idle.js';
import { memory } from './memory.js';
import { million } from './million.js';

/** Every row, in the order of the table. */
export const ROWS: readonly Row[] = [heal, healP99, healCold, checkup, batch, million, memory, idle];
