import { kindOf } from '../api/request-error.js';
import type { Millis } from '../../domain/time.js';

/** What an emitter has done so far. */
export interface EmitterReport {
  readonly nodes: number;
  readonly heartbeats: {
    readonly accepted: number;
    /** Refused one by one by the daemon: an invalid name, too many nodes. */
    readonly refused: number;
  };
  /** Batches of heartbeats, and reports. A failed one was sent again. */
  readonly calls: {
    readonly failed: number;
    readonly errors: Readonly<Record<string, number>>;
  };
  readonly probes: {
    readonly run: number;
    readonly failed: number;
    readonly reported: number;
    /** Nodes whose last probe failed. */
    readonly failing: number;
  };
  /** The settings of nodes. */
  readonly settings: {
    /** How often settings were accepted: once per node, and again after the daemon was away. */
    readonly registered: number;
    readonly refused: number;
    /** Nodes whose settings the daemon has neither accepted nor refused yet. */
    readonly pending: number;
  };
  /** The greatest delay of a call or a probe, in milliseconds. */
  readonly latest_ms: number;
}

/** Numbers of nodes now. */
interface CurrentNodes {
  readonly nodes: number;
  /** Their last probe failed. */
  readonly failing: number;
  /** Their settings are not registered yet. */
  readonly pending: number;
}

export class Tally {
  #accepted = 0;
  #refused = 0;
  #callsFailed = 0;
  readonly #errors = new Map<string, number>();
  #probes = 0;
  #probesFailed = 0;
  #reported = 0;
  #registered = 0;
  #settingsRefused = 0;
  #latestMs = 0;

  began(lateMs: Millis): void {
    this.#latestMs = Math.max(this.#latestMs, lateMs);
  }

  taken(accepted: number, refused: number): void {
    this.#accepted += accepted;
    this.#refused += refused;
  }

  probed(): void {
    this.#probes++;
  }

  probeFailed(): void {
    this.#probesFailed++;
  }

  reported(): void {
    this.#reported++;
  }

  registered(): void {
    this.#registered++;
  }

  settingsRefused(): void {
    this.#settingsRefused++;
  }

  failed(error: unknown): void {
    this.#callsFailed++;
    const kind = kindOf(error);
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
  }

  report({ nodes, failing, pending }: CurrentNodes): EmitterReport {
    return {
      nodes,
      heartbeats: { accepted: this.#accepted, refused: this.#refused },
      calls: { failed: this.#callsFailed, errors: Object.fromEntries(this.#errors) },
      probes: { run: this.#probes, failed: this.#probesFailed, reported: this.#reported, failing },
      settings: { registered: this.#registered, refused: this.#settingsRefused, pending },
      latest_ms: Math.round(this.#latestMs),
    };
  }
}
