import type { NodeName } from '../../../src/domain/node-name.js';
import type { AdaptiveTimeout } from '../../../src/domain/timeout.js';
import type { Reading } from '../machine/daemon.js';

/** What a client asked, as the daemon read it, and what became of it. */
interface Asked extends Reading {
  /** Undefined where the process died before it answered. */
  answer: 'done' | 'refused' | undefined;
  answeredAt: number | undefined;
  code: string | undefined;
  /** The disk had been refusing writes that reach it all the same. */
  mayBeOnDisk: boolean;
}

/** A request of a user that changes something. */
export interface UserChange extends Asked {
  readonly kind: 'heal' | 'goodbye' | 'erase';
}

export interface NodeChange extends Asked {
  readonly kind:
    'heartbeat' | 'fail' | 'put' | 'pause' | 'resume' | 'forget' | 'acknowledge' | 'unacknowledge';
  /** It registered the node. */
  created: boolean;
}

/** What a node asks for with each `put`. */
export interface WantedSettings {
  readonly dependsOn: NodeName | undefined;
  readonly timeout: AdaptiveTimeout | undefined;
}

/** What the daemon may be excused for, and for what time. On the monotonic clock. */
export type Disturbance =
  /** The process stood still for long enough to be blind. */
  | { readonly kind: 'blind'; readonly from: number; readonly to: number }
  /** From the kill, or the request to stop, until the daemon was ready. `run` is the one that ended. */
  | { readonly kind: 'restart'; readonly from: number; readonly to: number; readonly run: number };

export interface Jump {
  readonly at: number;
  readonly by: number;
}

/** One line of the story. */
export interface Line {
  readonly at: number;
  readonly text: string;
  /** The user or node that it is about; undefined if it concerns everybody. */
  readonly about: string | undefined;
}

/** Everything that was done to the daemon and that it answered, as somebody outside saw it. */
export class Ledger {
  readonly users = new Map<string, UserChange[]>();
  readonly nodes = new Map<string, NodeChange[]>();
  /** By node; most ask for nothing. */
  readonly wanted = new Map<string, WantedSettings>();
  readonly disturbances: Disturbance[] = [];
  readonly jumps: Jump[] = [];
  /** Times in which the disk may be behind: it was slow or refused writes, until all of that was made up for. */
  readonly troubles: { readonly from: number; to: number }[] = [];
  /** Some message crashed its actor. */
  hasCrashed = false;
  readonly lines: Line[] = [];
  readonly counts = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  tell(text: string, about?: string): void {
    this.lines.push({ at: this.#now(), text, about });
  }

  /** The process died, perhaps while it stood still: then that was no blindness. At its very end it has gone on. */
  died(): void {
    const now = this.#now();
    const last = this.disturbances.at(-1);
    if (last?.kind === 'blind' && last.to > now) this.disturbances.pop();
  }

  /** The disk refuses writes or is slow from now on. */
  troubleBegins(): void {
    if (this.troubles.at(-1)?.to !== Infinity) this.troubles.push({ from: this.#now(), to: Infinity });
  }

  troubleIsOver(): void {
    const last = this.troubles.at(-1);
    if (last?.to === Infinity) last.to = this.#now();
  }

  /** Whether the disk may have been behind at some time in this range. */
  wasTroubled(from: number, to: number): boolean {
    return this.troubles.some((trouble) => trouble.from <= to && trouble.to >= from);
  }

  /** Whether the process died before the disk had made up for the trouble that it had at this time. */
  diedInTrouble(at: number): boolean {
    return this.troubles.some(
      ({ from, to }) =>
        from <= at &&
        to >= at &&
        this.disturbances.some((one) => one.kind === 'restart' && one.from >= at && one.from <= to),
    );
  }

  hasJumped(from: number, to: number): boolean {
    return this.jumps.some(({ at }) => at >= from && at <= to);
  }

  /** Whether the process stood still at some time in this range. */
  wasBlind(from: number, to: number): boolean {
    return this.disturbances.some((one) => one.kind === 'blind' && one.from <= to && one.to >= from);
  }

  /** Whether it had stood still when it went on at some time in this range. */
  stoodStill(after: number, until: number): boolean {
    return this.disturbances.some(({ kind, to }) => kind === 'blind' && to > after && to <= until);
  }

  hasRestarted(from: number, to: number): boolean {
    return this.disturbances.some((one) => one.kind === 'restart' && one.from <= to && one.to >= from);
  }

  /** Every lead of the wall clock in a range of time. */
  leads(lead: number, from: number, to: number): number[] {
    const leads = [lead];
    for (const { at, by } of this.jumps) if (at >= from && at <= to) leads.push((leads.at(-1) ?? lead) + by);
    return leads;
  }
}

/** Undefined where a crash kept the effect from being known. */
export function refusalOf(code: string): 'refused' | undefined {
  return code === 'HEARTBEAT_INTERNAL' ? undefined : 'refused';
}

/** A promise that was broken. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
  readonly about: string | undefined;
  readonly at: number;

  constructor(message: string, at: number, about?: string) {
    super(message);
    this.at = at;
    this.about = about;
  }
}
