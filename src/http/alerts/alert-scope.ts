import type { Access } from '../../domain/access.js';
import type { AlertRecord } from '../../domain/alert.js';

/** Whether an alert tells of no node that is out of somebody's reach. */
export function isInScope(access: Access, { alert: { node, mass, group } }: AlertRecord): boolean {
  if (access.nodePrefixes === undefined) return true;
  const named = [
    ...(node === undefined ? [] : [node.name]),
    ...(group?.nodes.map(({ name }) => name) ?? []),
    ...(mass?.sample ?? []),
  ];
  return named.every((name) => access.mayTouchNode(name));
}

/** What a failure comes from is not told to whoever may not touch that node: what it did to theirs is. */
export function limitedToScope(access: Access, record: AlertRecord): AlertRecord {
  const { causedBy, ...alert } = record.alert;
  return causedBy === undefined || access.mayTouchNode(causedBy) ? record : { ...record, alert };
}
