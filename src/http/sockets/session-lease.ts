import type { Access } from '../../domain/access.js';
import { instant, toMillis, type Instant, type Millis } from '../../domain/time.js';
import type { Credential } from '../security/credentials.js';

/** How long before its token expires a client gets `expiring`; half of the time left at first, if that is less. */
const NOTICE: Millis = toMillis(60);

/** What a connection is permitted, and until when: as long as its key or token is valid. */
export class SessionLease {
  #access: Access | undefined;
  #expires: Instant | undefined;
  /** When the client gets `expiring`. */
  #noticeAt: Instant | undefined;

  /** Undefined until there is one. */
  get access(): Access | undefined {
    return this.#access;
  }

  grant({ access, expires }: Pick<Credential, 'access' | 'expires'>, wall: Instant): void {
    this.#access = access;
    this.#expires = expires;
    this.#noticeAt =
      expires === undefined ? undefined : instant(expires - Math.min(NOTICE, (expires - wall) / 2));
  }

  /** Ends it after this time, if it would be longer. `expiring` is due at once. */
  shorten(to: Millis, wall: Instant): void {
    const expires = instant(wall + to);
    if (this.#expires !== undefined && this.#expires <= expires) return;
    this.#expires = expires;
    this.#noticeAt = wall;
  }

  hasEnded(wall: Instant): boolean {
    return this.#expires !== undefined && wall >= this.#expires;
  }

  /** Whether `expiring` is due. @returns the time left, once; else undefined */
  takeNotice(wall: Instant): Millis | undefined {
    if (this.#expires === undefined || this.#noticeAt === undefined || wall < this.#noticeAt)
      return undefined;
    this.#noticeAt = undefined;
    return this.#expires - wall;
  }

  /** Until it has to be looked at again, if ever. */
  next(wall: Instant): Millis {
    return (this.#noticeAt ?? this.#expires ?? Infinity) - wall;
  }
}
