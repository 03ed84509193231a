import type { Access } from './access.js';
import type { AlertRecord } from './alert.js';

type Scope = Pick<Access, 'nodePrefixes' | 'mayTouchNode'>;

/** Whether an alert names only nodes that the caller may see. */
export function isAlertVisible(access: Scope, { alert: { node, mass, group } }: AlertRecord): boolean {
  if (access.nodePrefixes === undefined) return true;
  const named = [
    ...(node === undefined ? [] : [node.name]),
    ...(group?.nodes.map(({ name }) => name) ?? []),
    ...(mass?.sample ?? []),
  ];
  return named.every((name) => access.mayTouchNode(name));
}

/** Hides the cause from callers who may not see that node. */
export function visibleAlert(access: Scope, record: AlertRecord): AlertRecord {
  const { causedBy, ...alert } = record.alert;
  return causedBy === undefined || access.mayTouchNode(causedBy) ? record : { ...record, alert };
}
