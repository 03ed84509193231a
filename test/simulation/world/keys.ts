import { createHash } from 'node:crypto';
import { instant } from '../../../src/domain/time.js';
import type { KeyRule } from '../../../src/domain/access.js';

/** How long after one another the keys end. */
const APART = 6000;
const MOST = 400;

/** A key of a socket. */
export interface Key {
  readonly token: string;
  /** By the wall clock. */
  readonly expires: number;
}

/** The keys of clients: one that is always valid, and many that end while the daemon runs. */
export class Keys {
  readonly lasting: Key = { token: 'lasting', expires: Infinity };
  readonly #ending: readonly Key[];

  /** @param from when the first one ends, by the wall clock */
  constructor(from: number, length: number) {
    const count = Math.min(MOST, Math.ceil(length / APART) + 1);
    this.#ending = Array.from({ length: count }, (_, index) => ({
      token: `ending-${String(index)}`,
      expires: from + (index + 1) * APART,
    }));
  }

  get rules(): readonly KeyRule[] {
    return [this.lasting, ...this.#ending].map(({ token, expires }) => ({
      name: token,
      hash: createHash('sha256').update(token).digest('hex'),
      scopes: ['admin'],
      ...(expires < Infinity && { expires: instant(expires) }),
    }));
  }

  /** The header of clients of HTTP. */
  get headers(): readonly string[] {
    return [`authorization: Bearer ${this.lasting.token}`];
  }

  /** The one that ends next; undefined if all have ended. */
  endingAfter(wall: number): Key | undefined {
    return this.#ending.find(({ expires }) => expires > wall + 500);
  }
}
