import type { AlertMessage } from '../../../ports/channel.js';

/** The start data of the worker. */
export interface WorkerPlan {
  /** The module, as a URL. */
  readonly module: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Messages to the worker. */
export type ToWorker =
  | {
      readonly kind: 'notify';
      readonly number: number;
      readonly alert: AlertMessage;
      readonly attempt: number;
    }
  | { readonly kind: 'abort'; readonly number: number }
  /** Asks whether its event loop still runs. */
  | { readonly kind: 'ping' }
  | { readonly kind: 'close' };

/** Messages from the worker. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly problem: string }
  | { readonly kind: 'done'; readonly number: number }
  | {
      readonly kind: 'failed';
      readonly number: number;
      readonly message: string;
      readonly permanent: boolean;
      readonly retryAfter: number | undefined;
    }
  | { readonly kind: 'pong' }
  | { readonly kind: 'closed' };
