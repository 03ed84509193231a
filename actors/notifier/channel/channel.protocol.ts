import type { AlertId } from '../../../src/domain/alert.js';
import type { Millis, Moment } from '../../../src/domain/time.js';
import type { AlertMessage, Attempt } from '../../../src/ports/channel.js';

/** An alert to deliver. */
export interface Offer {
  readonly id: AlertId;
  /** The nodes that it is about. Alerts of one node stay in order. */
  readonly nodes: readonly string[];
  /** Since when it could be delivered. */
  readonly since: Moment;
  /** Attempts that have begun, in earlier runs too. */
  readonly attempts: number;
  /** When the last attempt began. */
  readonly lastAttempt: Moment | undefined;
  /** No attempt is made before this. */
  readonly notBefore: Moment | undefined;
  /** It goes before all alerts whose attempts have not begun. */
  readonly isUrgent: boolean;
}

/** For a channel that notifies the person on call: what decides who that is. */
export type Beginning = Pick<Attempt, 'begun' | 'overrides'>;

/** The outcome of an attempt. */
export type Outcome = {
  /** Whom it notified, or tried to, if the channel notifies the person on call. */
  readonly person?: string;
} & (
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'failed';
      readonly error: string;
      readonly permanent: boolean;
      readonly retryAfter: Millis | undefined;
      /** The receiver would take a part of it. */
      readonly tooLarge?: boolean;
    }
);

export type ChannelEvent =
  | { readonly kind: 'offer'; readonly offers: readonly Offer[] }
  /** The attempt intent is stored, so the attempt may begin. */
  | {
      readonly kind: 'granted';
      readonly id: AlertId;
      readonly message: AlertMessage;
      readonly attempt: number;
      readonly beginning?: Beginning;
    }
  /** It is no longer to be delivered. */
  | { readonly kind: 'withdrawn'; readonly id: AlertId }
  | { readonly kind: 'attempted'; readonly id: AlertId; readonly attempt: number; readonly outcome: Outcome }
  | { readonly kind: 'wake' };

/** What an attempt at an alert came to, or that there will be no other one. */
export type AttemptResult = Pick<Outcome, 'person'> &
  (
    | { readonly kind: 'delivered' }
    | { readonly kind: 'failed'; readonly error: string; readonly retryIn: Millis }
    | { readonly kind: 'dead'; readonly error: string }
  );

export type ChannelEffect =
  /** Store the attempt intent, unless it is stored already, and begin the attempt. */
  | { readonly kind: 'request'; readonly id: AlertId }
  /** Store the attempt intent ahead: its turn comes soon. */
  | { readonly kind: 'prepare'; readonly id: AlertId }
  | {
      readonly kind: 'notify';
      readonly id: AlertId;
      readonly message: AlertMessage;
      readonly attempt: number;
      readonly beginning?: Beginning;
    }
  | {
      readonly kind: 'report';
      readonly id: AlertId;
      readonly attempts: number;
      readonly result: AttemptResult;
    }
  /** The circuit breaker opens. */
  | { readonly kind: 'rest'; readonly failures: number; readonly until: Moment };

/** The report of a channel to the outbox. */
export interface Progress {
  readonly results: readonly { readonly id: AlertId; readonly result: AttemptResult }[];
  /** Attempts that are to begin once their intent is stored. */
  readonly due: readonly AlertId[];
  /** Attempts whose intents are stored ahead: their turn comes next. */
  readonly next: readonly AlertId[];
}
