import { ALERT_PLANTS } from './alert-plants.js';
import { DEVICE_PLANTS } from './device-plants.js';
import { EVENT_PLANTS } from './event-plants.js';
import { JOB_PLANTS } from './job-plants.js';
import { LINK_PLANTS } from './link-plants.js';
import { NODE_PLANTS } from './node-plants.js';
import { PROBE_PLANTS } from './probe-plants.js';
import { ROTA_PLANTS } from './rota-plants.js';
import { SCHEDULE_PLANTS } from './schedule-plants.js';
import { SILENCE_PLANTS } from './silence-plants.js';
import { STORE_PLANTS } from './store-plants.js';
import { UPTIME_PLANTS } from './uptime-plants.js';
import { USER_PLANTS } from './user-plants.js';
import type { Plant } from './plant.js';

/** Faults that the simulator must find. */
export const PLANTS: readonly Plant[] = [
  ...STORE_PLANTS,
  ...USER_PLANTS,
  ...NODE_PLANTS,
  ...ALERT_PLANTS,
  ...DEVICE_PLANTS,
  ...EVENT_PLANTS,
  ...SCHEDULE_PLANTS,
  ...SILENCE_PLANTS,
  ...JOB_PLANTS,
  ...ROTA_PLANTS,
  ...PROBE_PLANTS,
  ...LINK_PLANTS,
  ...UPTIME_PLANTS,
];

export function plantNamed(name: string): Plant | undefined {
  return PLANTS.find((plant) => plant.name === name);
}
