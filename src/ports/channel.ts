import type { AlertType } from '../domain/alert.js';
import type { NodeState } from '../domain/node.js';
import type { Millis } from '../domain/time.js';

/**
 * The last that a receiver is told: a reload has removed its channel, or has it tell somebody else. It names the nodes
 * that are still failed, as far as it has been told of them. It is no alert: the outbox does not keep it.
 */
type ChannelClosed = 'channel.closed';

/** An alert as channels are handed it: the body of a webhook. Instants are Unix seconds unless they say `_ms`. */
export interface AlertMessage {
  /** The same over every attempt, to drop repeats by. */
  readonly id: string;
  readonly type: AlertType | ChannelClosed;
  readonly at: number;
  readonly at_ms: number;
  /** Absent where it is about no single node. */
  readonly node?: {
    readonly name: string;
    readonly state: NodeState;
    readonly retries: number;
    readonly last_heartbeat: number | null;
    readonly labels: Readonly<Record<string, string>>;
  };
  /** How long of the silence nobody could have been heard. */
  readonly blind_seconds: number;
  /** A plain sentence. */
  readonly message: string;
  /** What the node said of the failure that it reported, up to 10,000 bytes. */
  readonly reason?: string;
  /** Of a reminder that a node is still failed: which one it is, from 1. `at` is when it failed. */
  readonly reminder?: number;
  /** Of a mass failure: how many failed, and the names of some. */
  readonly count?: number;
  readonly sample?: readonly string[];
  /** Where it stands for many nodes: all of them. */
  readonly nodes?: readonly {
    readonly name: string;
    readonly state: NodeState;
    readonly at: number;
    readonly labels: Readonly<Record<string, string>>;
    /** It was deleted, which ends its failure as a recovery does: its state is `active`. */
    readonly deleted?: true;
  }[];
  /** Where these are too many for one message: which of them are in this one. `to` is not among them. */
  readonly part?: { readonly from: number; readonly to: number; readonly of: number };
  /** The alerts that it stands for. */
  readonly alert_ids?: readonly string[];
}

/** One attempt at telling an alert. */
export interface Attempt {
  /** Aborted when the attempt has taken too long: what comes of it then counts no more. */
  readonly signal: AbortSignal;
  /** Counts from 1. */
  readonly attempt: number;
}

/**
 * A way to tell people. A promise that is fulfilled says that the alert was delivered; whatever is thrown, that it was
 * not, and it is tried again unless it says `permanent`.
 */
export abstract class BaseNotifier<Alert = AlertMessage> {
  /** As they are in the configuration, without those that every channel has. */
  readonly settings: Readonly<Record<string, unknown>>;

  constructor(settings: Readonly<Record<string, unknown>> = {}) {
    this.settings = settings;
  }

  abstract notify(alert: Alert, attempt: Attempt): Promise<void>;

  /** Lets go of connections. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A node that has failed, of which a channel has been told. */
export interface StandingFailure {
  readonly name: string;
  /** When it failed, in Unix seconds. */
  readonly at: number;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * For a provider that forgets what it does not hear of again. What it is told by these is no alert of its own: the
 * outbox does not keep it, and it is said anew after each start.
 */
export interface Resending {
  /** These have failed and still are: after a start, with other settings, and when something about them has changed. */
  stands(failures: readonly StandingFailure[]): void;
  /** A node was deleted, and will not recover. */
  gone(node: string): void;
  /** Goes on with what the one before it knows, which is about to be closed. */
  succeed(before: object): void;
}

/** Why an alert was not delivered. The message is shown and logged: it holds no secret. */
export class NotifyError extends Error {
  override readonly name = 'NotifyError';
  /** It would be refused again, however often it is tried. */
  readonly permanent: boolean;
  /** Seconds that the other side asks us to wait. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    {
      permanent = false,
      retryAfter,
      ...options
    }: ErrorOptions & { readonly permanent?: boolean; readonly retryAfter?: number | undefined } = {},
  ) {
    super(message, options);
    this.permanent = permanent;
    this.retryAfter = retryAfter;
  }
}

/** What an alert has to be: of one of the types, and of a node that has one of the values of each label. */
export interface MatchRule {
  readonly types?: readonly AlertType[];
  /** `*` stands for any value. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
}

/** How a channel is used, whatever its kind. */
export interface ChannelPolicy {
  readonly name: string;
  readonly kind: string;
  /** The types of alerts that it is for. */
  readonly events: readonly AlertType[];
  /** Attempts under way at once. */
  readonly concurrency: number;
  readonly attemptTimeout: Millis;
  /** Which of these types it is for: what fits any of the rules; everything where there are none. */
  readonly match?: readonly MatchRule[];
  /** It is told only of what is still failed, and acknowledged by nobody, after this long. */
  readonly after?: Millis;
  /** The channel that is told of what cannot be delivered here. */
  readonly fallback?: string;
  readonly retry: { readonly minDelay: Millis; readonly maxDelay: Millis; readonly giveUpAfter: Millis };
}

/** A channel as it is configured. */
export interface Channel {
  readonly policy: ChannelPolicy;
  readonly notifier: Pick<BaseNotifier, 'notify' | 'close'> & Partial<Resending>;
  /** Tells its receiver from others, and says nothing of it; undefined where that is not known. */
  readonly receiver?: string | undefined;
}
