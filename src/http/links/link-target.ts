import { inOriginForm } from '../route-table.js';

/** Whether a target is a signed link, whose path is the credential. */
export function isLink(target = ''): boolean {
  return inOriginForm(target).startsWith('/links/');
}
