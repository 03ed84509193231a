import type { Access } from '../../domain/access.js';
import type { AlertRecord } from '../../domain/alert.js';

/** Whether an alert names only nodes that the caller may see. */
export function isInScope(access: Access, { alert: { node, mass, group } }: AlertRecord): boolean {
  if (access.nodePrefixes === undefined) return true;
  const named = [
    ...(node === undefined ? [] : [node.name]),
    ...(group?.nodes.map(({ name }) => name) ?? []),
    ...(mass?.sample ?? []),
  ];
  return named.every((name) => access.mayTouchNode(name));
}

/** Hides the cause from callers who may not see that node. */
export function limitedToScope(access: Access, record: AlertRecord): AlertRecord {
  const { causedBy, ...alert } = record.alert;
  return causedBy === undefined || access.mayTouchNode(causedBy) ? record : { ...record, alert };
}
