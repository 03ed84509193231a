import type { Supervisor } from '../../actors/supervisor/supervisor.actor.js';
import { unixSeconds, type Instant } from '../domain/time.js';
import type { Actors } from './assemble.js';
import type { AppPorts } from './ports.js';

/** The daemon's state besides what its parts report. */
export interface Standing {
  readonly unready: readonly string[];
  readonly phase: string;
  readonly startedAt: Instant;
  readonly blindIntervals: readonly object[];
  readonly root: Pick<Supervisor, 'inspect'>;
}

/** The answer to `GET /supervision`. */
export async function supervision(
  { system, history, shards, nodes, memory }: Actors,
  { store, processFacts, clock }: AppPorts,
  { unready, phase, startedAt, blindIntervals, root }: Standing,
): Promise<object> {
  const { deadLetters } = system;
  return {
    status: unready.length === 0 ? 'ready' : 'unready',
    phase,
    started_at: unixSeconds(startedAt),
    uptime: Math.floor((clock.wall() - startedAt) / 1000),
    users: { online: shards.size, shards: shards.count },
    nodes: nodes.inspect(),
    actors: system.running,
    store: {
      ...history.inspect(),
      size_bytes: await store.size().catch(() => null),
      sessions_stored: store.countSessions(),
      trouble: store.trouble?.message ?? null,
    },
    refused: { mailbox_full: system.overflows },
    memory: memory.inspect(),
    dead_letters: {
      total: deadLetters.total,
      recent: deadLetters.recent.map(({ at, ...letter }) => ({ at: unixSeconds(at), ...letter })),
    },
    blind_intervals: blindIntervals,
    process: processFacts(),
    tree: { name: 'root', ...root.inspect() },
  };
}
