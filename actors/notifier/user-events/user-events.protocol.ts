import type { StatusEvent } from '../../../src/domain/event-types.js';
import type { Millis } from '../../../src/domain/time.js';
import type { UserId } from '../../../src/domain/user-id.js';
import type { UserEventsMessage } from '../../../src/ports/channel.js';
import type { Outcome } from '../channel/channel.protocol.js';

/** A user came online or went offline. */
export interface UserEvent {
  readonly type: StatusEvent;
  readonly user: UserId;
  /** JSON in ASCII, as `GET /events` shows it. */
  readonly text: string;
}

/** What a channel has done with events of users since the process started. */
export interface UserEventTotals {
  sent: number;
  /** Not sent, or not known to have been taken. */
  dropped: number;
  /** Attempts that failed. */
  failed: number;
}

export type UserEventsCommand =
  | { readonly kind: 'wake' }
  | {
      readonly kind: 'attempted';
      /** Of the message. */
      readonly id: string;
      readonly attempt: number;
      readonly outcome: Outcome;
    };

export type UserEventsEffect =
  | { readonly kind: 'notify'; readonly message: UserEventsMessage; readonly attempt: number }
  /** An attempt failed. It is repeated, unless its events are dropped. */
  | {
      readonly kind: 'failed';
      readonly error: string;
      readonly attempt: number;
      /** Until the next attempt, of this message or the next one. */
      readonly retryIn: Millis;
      readonly dropped: number;
    };
