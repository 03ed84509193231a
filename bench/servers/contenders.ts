import type { ServerProcess } from '../../src/cli/bench/server-process.js';
import type { Tool } from '../tools.js';
import type { Servers } from './servers.js';

/** A server for the original calls, with all its processes. */
export interface Contending {
  readonly url: string;
  readonly pids: readonly number[];
}

interface Contender {
  readonly needs: readonly Tool[];
  readonly start: (servers: Servers, sessionTimeoutSeconds: number) => Promise<Contending>;
}

/** The servers that are compared, by their name in the table. */
export const CONTENDERS = {
  heartbeat: {
    needs: [],
    start: async (servers, sessionTimeoutSeconds) => alone(await servers.daemon({ sessionTimeoutSeconds })),
  },
  bare: { needs: [], start: async (servers) => alone(await servers.bare()) },
  OTP: {
    needs: ['erl', 'cowboy'],
    start: async (servers, sessionTimeoutSeconds) => alone(await servers.otp(sessionTimeoutSeconds)),
  },
  'Redis behind bare': {
    needs: ['redis-server'],
    start: (servers, sessionTimeoutSeconds) => behind('bare', servers, sessionTimeoutSeconds),
  },
  'Redis behind Express': {
    needs: ['redis-server'],
    start: (servers, sessionTimeoutSeconds) => behind('express', servers, sessionTimeoutSeconds),
  },
} as const satisfies Readonly<Record<string, Contender>>;

export type ContenderName = keyof typeof CONTENDERS;

function alone({ url, pid }: ServerProcess): Contending {
  return { url, pids: [pid] };
}

async function behind(
  kind: 'bare' | 'express',
  servers: Servers,
  sessionTimeoutSeconds: number,
): Promise<Contending> {
  const redis = await servers.redis();
  const { url, pid } = await servers.behindHttp(kind, redis, sessionTimeoutSeconds);
  return { url, pids: [pid, redis.pid] };
}
