import type { AlertMessage } from '../../../ports/channel.js';

/** What the worker is started with. */
export interface WorkerPlan {
  /** The module, as a URL. */
  readonly module: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What the worker is told. */
export type ToWorker =
  | {
      readonly kind: 'notify';
      readonly number: number;
      readonly alert: AlertMessage;
      readonly attempt: number;
    }
  | { readonly kind: 'abort'; readonly number: number }
  /** Whether its event loop still turns. */
  | { readonly kind: 'ping' }
  | { readonly kind: 'close' };

/** What the worker says. */
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
