import { createHmac, timingSafeEqual } from 'node:crypto';
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

  sign(subject: string): string {
    return this.#signatureOf(subject).toString('base64url');
  }

  isSigned(subject: string, signature: string): boolean {
    const given = Buffer.from(signature, 'base64url');
    return given.length === LENGTH && timingSafeEqual(given, this.#signatureOf(subject));
  }

  #signatureOf(subject: string): Buffer {
    const digest = createHmac('sha256', this.#secret.reveal()).update(PURPOSE).update(subject).digest();
    return digest.subarray(0, LENGTH);
  }
}
