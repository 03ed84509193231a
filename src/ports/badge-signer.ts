/** Signs the addresses of badges, which people read without a key. */
export interface BadgeSigner {
  /** @param subject the name of a node, or a label as `key:value` */
  sign(subject: string): string;

  isSigned(subject: string, signature: string): boolean;
}
