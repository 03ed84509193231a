import type { AlertId } from '../../src/domain/alert.js';
import type { ErrorCode } from '../../src/errors.js';

/** Requests of people to the notifier. */
export type NotifierCommand =
  | { readonly kind: 'redeliver'; readonly id: AlertId; readonly answered: (reply: NotifierReply) => void }
  | { readonly kind: 'test'; readonly channel: string; readonly answered: (reply: NotifierReply) => void };

/** `accepted`: it is on its way, under this id. */
export type NotifierReply =
  | { readonly kind: 'accepted'; readonly id: AlertId }
  | { readonly kind: 'refused'; readonly code: ErrorCode };
