import type { BadgeKind } from '../domain/badge.js';

/** Signs the addresses of badges, which people read without a key. A signature for a node is none for a label. */
export interface BadgeSigner {
  /** @param subject the name of a node, or a label as `key:value` */
  sign(kind: BadgeKind, subject: string): string;

  isSigned(kind: BadgeKind, subject: string, signature: string): boolean;
}
