import type * as z from 'zod';
import type { Stats } from '../app/daemon-facts.js';
import type { stats } from './ops-answers.js';

/** The answer to `GET /stats`. */
export function statsView({ users, devices, nodes, sockets, eventReaders }: Stats): z.output<typeof stats> {
  const { registered, active, inactive, failed, paused } = nodes;
  return {
    users: { online: users.online },
    devices,
    nodes: { registered, active, inactive, failed, paused },
    sockets,
    event_readers: eventReaders,
  };
}
