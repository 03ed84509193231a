import type { Millis } from '../../domain/time.js';

/** A node's settings, as `PUT /nodes/:name` takes them. An absent one is not changed. */
export type NodeSettingsBody = Readonly<Record<string, unknown>>;

/** A node to register, and its settings. */
export interface ChosenNode {
  readonly name: string;
  readonly settings: NodeSettingsBody;
}

export interface RegisteringPlan {
  /** The delay before a registration is tried again. It doubles each time, up to the longest. */
  readonly againMs: Millis;
  readonly longestAgainMs: Millis;
  /** The shortest delay. */
  readonly leastAgainMs: () => Millis;
  readonly register: (node: ChosenNode) => Promise<void>;
  readonly registered: () => void;
  /** @param isNew whether it says more than the previous refusal */
  readonly refused: (node: string, reason: string, isNew: boolean) => void;
}

const REQUEST_TIMEOUT = 408;
const TOO_MANY = 429;
const FORBIDDEN = [401, 403];

/**
 * Registers nodes with their settings, until each is registered or refused for good. Nodes that depend on others are
 * registered after them, one by one, so that the daemon notices a cycle.
 */
export class Registering {
  readonly #plan: RegisteringPlan;
  readonly #all: ChosenNode[] = [];
  #left: ChosenNode[] = [];
  readonly #unanswered = new Set<ChosenNode>();
  #failures = 0;
  #isForbidden = false;
  #wake: () => void = () => undefined;

  constructor(plan: RegisteringPlan) {
    this.#plan = plan;
  }

  /** The number of nodes that are neither registered nor refused yet. */
  get pending(): number {
    return this.#unanswered.size;
  }

  add(node: ChosenNode): void {
    this.#all.push(node);
    this.#left.push(node);
    this.#unanswered.add(node);
    this.#wake();
  }

  /** Registers all of them again: it may be another daemon, or one that lost its data. */
  again(): void {
    this.#left = [...this.#all];
    for (const node of this.#all) this.#unanswered.add(node);
    this.#wake();
  }

  /** Resolves once the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => {
      this.#wake();
    };
    signal.addEventListener('abort', stop);
    while (!signal.aborted) {
      await this.#round(signal);
      await this.#backOff(signal);
    }
    signal.removeEventListener('abort', stop);
  }

  async #round(signal: AbortSignal): Promise<void> {
    const round = this.#left;
    this.#left = [];
    await Promise.all(round.filter((node) => !dependsOnOthers(node)).map((node) => this.#register(node)));
    for (const node of round) if (dependsOnOthers(node) && !signal.aborted) await this.#register(node);
  }

  async #register(node: ChosenNode): Promise<void> {
    try {
      await this.#plan.register(node);
      this.#failures = 0;
      this.#unanswered.delete(node);
      this.#plan.registered();
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) this.#left.push(node);
      else {
        this.#unanswered.delete(node);
        // One sentence about the key is enough, however many nodes it does not cover.
        this.#plan.refused(node.name, refusal.reason, !(refusal.isForbidden && this.#isForbidden));
        this.#isForbidden ||= refusal.isForbidden;
      }
    }
  }

  /** Waits until a node is added or all are registered again; if some are left, no longer than the delay. */
  #backOff(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const { againMs, longestAgainMs, leastAgainMs } = this.#plan;
      const waitMs = Math.max(leastAgainMs(), Math.min(longestAgainMs, againMs * 2 ** this.#failures));
      const timer = this.#left.length === 0 ? undefined : setTimeout(() => this.#wake(), waitMs);
      if (timer !== undefined) this.#failures++;
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
    });
  }
}

function dependsOnOthers({ settings }: ChosenNode): boolean {
  const others = settings['depends_on'];
  return Array.isArray(others) && others.length > 0;
}

/** @returns undefined if it can be tried again */
function refusalOf(error: unknown): { readonly reason: string; readonly isForbidden: boolean } | undefined {
  // The client refused them before it sent them.
  if (error instanceof TypeError) return { reason: error.message, isForbidden: false };
  const status = error instanceof Error && 'status' in error ? Number(error.status) : undefined;
  if (status === undefined || status < 400 || status >= 500) return undefined;
  if (status === REQUEST_TIMEOUT || status === TOO_MANY) return undefined;
  const isForbidden = FORBIDDEN.includes(status);
  const reason = error instanceof Error ? error.message : String(error);
  return {
    isForbidden,
    reason: isForbidden ? `${reason}; settings want a key with the scope admin` : reason,
  };
}
