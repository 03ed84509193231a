import type { IncomingMessage } from 'node:http';

const TARGET = /^(?:https?:\/\/[^/?#]*)?\/(?:heal|checkup|nodes\/heartbeats)\/?(?:[?#]|$)/;

/** Whether the body of a request is what it is about. */
export function isBatch({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): boolean {
  return method === 'POST' && TARGET.test(url);
}
