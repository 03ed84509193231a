import type { NodeName } from '../domain/node-name.js';
import type { NodeProbe, ProbeResult } from '../domain/probe.js';

/** A node to probe from now on, or no more. */
export interface ProbeChange {
  readonly node: NodeName;
  /** Results have it too. It tells those of an earlier probe of this node apart. */
  readonly generation: number;
  /** Undefined: it is not probed any more. */
  readonly probe: NodeProbe | undefined;
  /** Whether its first probe is due at once. Otherwise it waits for its place in the interval. */
  readonly isNew: boolean;
}

export interface ProbedNode {
  readonly node: NodeName;
  readonly generation: number;
  readonly result: ProbeResult;
}

/** What limits probes. */
export interface ProbeLimits {
  /** Networks to which they may connect, or `public`. */
  readonly allow: readonly string[];
  /** How many run at once. */
  readonly concurrency: number;
  /** Certificates in PEM that are trusted besides the usual ones. */
  readonly ca?: string | undefined;
}

/** What is heard from a prober. */
export interface ProberReport {
  readonly results: readonly ProbedNode[];
  /** How many probes run. */
  readonly underWay: number;
  /** How many are due and wait for others to end. */
  readonly waiting: number;
}

interface ProberListener {
  readonly heard: (report: ProberReport) => void;
  /** The answer to `ask`. */
  readonly answered: () => void;
  /** It runs no more. Called once, and not after `stop`. */
  readonly ended: (error: Error) => void;
}

/** Runs probes where they delay nothing else. */
export interface Prober {
  limit(limits: ProbeLimits): void;
  change(changes: readonly ProbeChange[]): void;
  /** Asks whether it still runs. */
  ask(): void;
  stop(): Promise<void>;
}

export type StartProber = (listener: ProberListener) => Prober;
