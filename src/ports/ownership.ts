import type { Moment } from '../domain/time.js';

/** What a process that may be replaced by another one knows about it. */
export interface Ownership {
  /**
   * Until then nobody else answers for what this process owns; renewed again and again. From then on it must answer
   * nothing from memory, since another process may know better.
   */
  readonly validUntil: Moment;
}
