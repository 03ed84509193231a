import { parseNodeName, type NodeName } from '../../src/domain/node-name.js';
import { parseUserId, type UserId } from '../../src/domain/user-id.js';

export function user(id: number | string): UserId {
  const parsed = parseUserId(String(id));
  if (parsed === undefined) throw new TypeError(`${String(id)} is no user id`);
  return parsed;
}

export function node(name: string): NodeName {
  const parsed = parseNodeName(name);
  if (parsed === undefined) throw new TypeError(`${name} is no name of a node`);
  return parsed;
}
