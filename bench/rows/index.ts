import type { Row } from '../row.js';
import { batch } from './batch.js';
import { checkup } from './checkup.js';
import { events } from './events.js';
import { healCold } from './heal-cold.js';
import { healP99Million } from './heal-p99-million.js';
import { heal, healP99 } from './heal.js';
import { idle } from './idle.js';
import { keys } from './keys.js';
import { massEnd } from './mass-end.js';
import { massFailure } from './mass-failure.js';
import { memory } from './memory.js';
import { million } from './million.js';
import { nodes } from './nodes.js';
import { overload } from './overload.js';
import { postgres } from './postgres.js';
import { probes } from './probes.js';
import { restart } from './restart.js';
import { rhythm } from './rhythm.js';
import { scale } from './scale.js';
import { sockets } from './sockets.js';
import { uuids } from './uuids.js';

/** Every row, in the order of the table; the last is for the chart. */
export const ROWS: readonly Row[] = [
  heal,
  healCold,
  healP99,
  checkup,
  healP99Million,
  batch,
  million,
  memory,
  massEnd,
  nodes,
  massFailure,
  overload,
  restart,
  rhythm,
  idle,
  sockets,
  events,
  keys,
  probes,
  postgres,
  uuids,
  scale,
];
