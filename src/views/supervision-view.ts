import type { SupervisionFacts } from '../app/daemon-facts.js';
import { toSeconds, unixSeconds } from '../domain/time.js';
import { clusterView } from './cluster-view.js';
import { blindView } from './event-view.js';

/** The answer to `GET /supervision`. What the parts report themselves is shown as it is. */
export function supervisionView(facts: SupervisionFacts): object {
  const { unready, phase, users, nodes, actors, store, memory, deadLetters, blindIntervals } = facts;
  return {
    status: unready.length === 0 ? 'ready' : 'unready',
    phase,
    started_at: unixSeconds(facts.startedAt),
    uptime: Math.floor(toSeconds(facts.uptime)),
    users,
    nodes,
    actors,
    store: {
      ...store.history,
      size_bytes: store.bytes ?? null,
      ...(store.kinds !== undefined && { size_bytes_by_kind: store.kinds }),
      ...(store.free !== undefined && {
        free_bytes: store.free,
        days_left: store.daysLeft === undefined ? null : Math.floor(store.daysLeft),
      }),
      sessions_stored: store.sessions,
      trouble: store.trouble ?? null,
      ...(store.isOwned !== undefined && { owned: store.isOwned }),
    },
    refused: { mailbox_full: facts.mailboxFull },
    ...(facts.cluster !== undefined && { cluster: clusterView(facts.cluster) }),
    memory,
    dead_letters: {
      total: deadLetters.total,
      recent: deadLetters.recent.map(({ at, ...letter }) => ({ at: unixSeconds(at), ...letter })),
    },
    blind_intervals: blindIntervals.map(blindView),
    process: facts.process,
    tree: { name: 'root', ...facts.tree },
  };
}
