import type { NodeName } from '../../src/domain/node-name.js';
import type { NodeProbe } from '../../src/domain/probe.js';
import type { ProberReport } from '../../src/ports/prober.js';

/** Commands for the actor of the probes. */
export type ProbesCommand =
  /** A node is probed from now on, in another way, or no more. */
  | {
      readonly kind: 'change';
      readonly node: NodeName;
      readonly probe: NodeProbe | undefined;
      /** Whether its first probe is due at once. */
      readonly isNew: boolean;
    }
  /** All nodes of the last run are known, and time goes on for them. */
  | { readonly kind: 'resume' }
  /** Other limits apply. */
  | { readonly kind: 'limit' }
  /** The prober has results. */
  | { readonly kind: 'heard'; readonly report: ProberReport };

/** What a probe has shown of a node. */
export interface Probed {
  readonly node: NodeName;
  /** Why it failed; undefined if it passed. */
  readonly failure: string | undefined;
}
