import type { AlertId } from '../../../src/domain/alert.js';
import type { Millis, Moment } from '../../../src/domain/time.js';
import type { AlertMessage } from '../../../src/ports/channel.js';

/** Something to deliver. */
export interface Offer {
  readonly id: AlertId;
  /** The nodes that it is about: nothing overtakes it there. */
  readonly lanes: readonly string[];
  /** Since when it could have been delivered. */
  readonly since: Moment;
  /** Attempts that have begun, in earlier runs too. */
  readonly attempts: number;
  /** When the last of them began. */
  readonly lastAttempt: Moment | undefined;
  /** No attempt is made sooner. */
  readonly notBefore: Moment | undefined;
  /** It goes before all that have not begun. */
  readonly isUrgent: boolean;
}

/** What came of an attempt. */
export type Outcome =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'failed';
      readonly error: string;
      readonly permanent: boolean;
      readonly retryAfter: Millis | undefined;
    };

export type ChannelEvent =
  | { readonly kind: 'offer'; readonly offers: readonly Offer[] }
  /** The beginning of the attempt is stored, so it may begin. */
  | {
      readonly kind: 'granted';
      readonly id: AlertId;
      readonly message: AlertMessage;
      readonly attempt: number;
    }
  /** It is not to be delivered any more. */
  | { readonly kind: 'withdrawn'; readonly id: AlertId }
  | { readonly kind: 'attempted'; readonly id: AlertId; readonly attempt: number; readonly outcome: Outcome }
  | { readonly kind: 'wake' };

/** What is said of an alert after an attempt, or when there is not to be another one. */
export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly error: string; readonly retryIn: Millis }
  | { readonly kind: 'dead'; readonly error: string };

export type ChannelEffect =
  /** Have the beginning of an attempt stored, if it is not yet, and have it begin. */
  | { readonly kind: 'ask'; readonly id: AlertId }
  /** Have the beginning stored ahead: its turn comes soon. */
  | { readonly kind: 'prepare'; readonly id: AlertId }
  | {
      readonly kind: 'notify';
      readonly id: AlertId;
      readonly message: AlertMessage;
      readonly attempt: number;
    }
  | { readonly kind: 'report'; readonly id: AlertId; readonly attempts: number; readonly verdict: Verdict }
  /** The provider is left alone for a while. */
  | { readonly kind: 'rest'; readonly failures: number; readonly until: Moment };

/** What a channel has come to. */
export interface Progress {
  readonly verdicts: readonly { readonly id: AlertId; readonly verdict: Verdict }[];
  /** Attempts that are to begin once that is stored. */
  readonly due: readonly AlertId[];
  /** Those whose turn comes after them. */
  readonly next: readonly AlertId[];
}
