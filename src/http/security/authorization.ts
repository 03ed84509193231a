import type { Permission } from '../../domain/access.js';
import type { NodeName } from '../../domain/node-name.js';
import type { UserId } from '../../domain/user-id.js';
import type { Exchange } from '../server/exchange.js';
import { forbidden } from '../../views/messages.js';

/** Whether the caller has the scope. If not, the request is refused, as in the two functions below. */
export function isPermitted(exchange: Exchange, permission: Permission): boolean {
  return (
    exchange.access.may(permission) || refuse(exchange, forbidden.permission(exchange.access, permission))
  );
}

/** @param permission a checkup is permitted of users whom the caller may watch, too */
export function isUserPermitted(
  exchange: Exchange,
  user: UserId,
  permission?: Permission | 'nothing',
): boolean {
  const { access } = exchange;
  const isCovered = permission === 'checkup' ? access.mayWatchUser(user) : access.mayTouchUser(user);
  return isCovered || refuse(exchange, forbidden.user(access));
}

/** Of several users, for events of them. */
export function isWatchPermitted(exchange: Exchange, users: readonly UserId[]): boolean {
  const { access } = exchange;
  const refused = users.find((user) => !access.mayWatchUser(user));
  return refused === undefined || refuse(exchange, forbidden.userAmong(access, refused));
}

export function isNodePermitted(exchange: Exchange, name: NodeName): boolean {
  return exchange.access.mayTouchNode(name) || refuse(exchange, forbidden.node(exchange.access));
}

/** For calls that concern no node besides those that the caller may touch, whichever there are. */
export function isAnyNodePermitted(exchange: Exchange): boolean {
  return exchange.access.nodePrefixes?.length !== 0 || refuse(exchange, forbidden.noNode(exchange.access));
}

/** For calls about nodes that are not known beforehand. */
export function isEveryNodePermitted(exchange: Exchange): boolean {
  return exchange.access.nodePrefixes === undefined || refuse(exchange, forbidden.everyNode);
}

/** For calls that concern all users and all nodes. */
export function isEverythingPermitted(exchange: Exchange): boolean {
  const { nodePrefixes, userReach } = exchange.access;
  const isUnlimited = nodePrefixes === undefined && userReach === undefined;
  return isUnlimited || refuse(exchange, forbidden.everything);
}

function refuse(exchange: Exchange, message: string): false {
  const headers = ['www-authenticate', 'Bearer realm="heartbeat", error="insufficient_scope"'];
  exchange.refuse('HEARTBEAT_FORBIDDEN', { message, headers });
  return false;
}
