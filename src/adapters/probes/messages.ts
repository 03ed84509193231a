import type { ProbeChange, ProbeLimits, ProberReport } from '../../ports/prober.js';

/** Messages to the thread. */
export type ToThread =
  | { readonly kind: 'limit'; readonly limits: ProbeLimits }
  | { readonly kind: 'change'; readonly changes: readonly ProbeChange[] }
  /** Asks whether its event loop still runs. */
  | { readonly kind: 'ask' };

/** Messages from the thread. */
export type FromThread =
  | { readonly kind: 'report'; readonly report: ProberReport }
  | { readonly kind: 'answer' };
