import { ANYBODY, type Access } from '../../domain/access.js';
import { unixSeconds } from '../../domain/time.js';
import type { Resources } from '../resources.js';

/** Who the caller is, and what it may do, so that a page offers nothing else. Answered while it is not ready, too. */
export function addSignIn(resources: Resources): void {
  resources.add('/session', {
    get: { handle: (exchange) => exchange.json(200, callerView(exchange.access)) },
  });
}

function callerView(access: Access): object {
  const { name, scopes, nodePrefixes, expires } = access;
  return {
    key: access === ANYBODY ? null : name,
    scopes,
    nodes: nodePrefixes ?? null,
    expires: expires === undefined ? null : unixSeconds(expires),
  };
}
