import { createHmac, timingSafeEqual } from 'node:crypto';
import type { BadgeKind } from '../../domain/badge.js';
import type { BadgeSigner } from '../../ports/badge-signer.js';

/** A signature for anything else with the same secret is none for a badge. */
const PURPOSE = 'badge\n';
/** Of the 32 bytes of SHA-256, as many as nobody can guess. */
const LENGTH = 16;

/** Signs with HMAC-SHA256, in base64url. A signature is valid as long as the secret is. */
export class HmacBadgeSigner implements BadgeSigner {
  readonly #secret: { reveal(): string };

  constructor(secret: { reveal(): string }) {
    this.#secret = secret;
  }

  sign(kind: BadgeKind, subject: string): string {
    return this.#signatureOf(kind, subject).toString('base64url');
  }

  isSigned(kind: BadgeKind, subject: string, signature: string): boolean {
    const given = Buffer.from(signature, 'base64url');
    return given.length === LENGTH && timingSafeEqual(given, this.#signatureOf(kind, subject));
  }

  #signatureOf(kind: BadgeKind, subject: string): Buffer {
    const digest = createHmac('sha256', this.#secret.reveal())
      .update(`${PURPOSE}${kind}\n`)
      .update(subject)
      .digest();
    return digest.subarray(0, LENGTH);
  }
}
