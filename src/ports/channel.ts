import type { UserReach } from '../domain/access.js';
import type { AlertType } from '../domain/alert.js';
import type { StatusEvent } from '../domain/event-types.js';
import type { NodeState } from '../domain/node.js';
import type { Replacement } from '../domain/rota.js';
import type { Instant, Millis, Seconds } from '../domain/time.js';

/**
 * Links in a message, if `public_url` is set. Whoever has one that acts may do what it says, once, while the failure lasts:
 * it is a secret, and no channel writes it to a log.
 */
export interface AlertLinks {
  /** Shows the node. */
  readonly node: string;
  /** Acknowledges the failure, of a message about one. */
  readonly acknowledge?: string;
  /** Silences the node for an hour; likewise. */
  readonly silence?: string;
}

/** An alert as channels get it; the body of a webhook. Instants are Unix seconds unless the name ends in `_ms`. */
export interface AlertMessage {
  /** The same in every attempt, so that a receiver can drop repeats. */
  readonly id: string;
  readonly type: AlertType;
  readonly at: number;
  readonly at_ms: number;
  /** Absent if the alert is not about a single node. */
  readonly node?: {
    readonly name: string;
    readonly state: NodeState;
    readonly retries: number;
    readonly last_heartbeat: number | null;
    readonly labels: Readonly<Record<string, string>>;
  };
  /** How long of the silence the daemon was blind. */
  readonly blind_seconds: number;
  /** A plain sentence for people. */
  readonly message: string;
  /** Why it failed, where that is known: what the node reported, or its probe found. Up to 10,000 bytes. */
  readonly reason?: string;
  /** Of a reminder that a node is still failed: its number, from 1. `at` is when the node failed. */
  readonly reminder?: number;
  /** Of a mass failure: the number of failed nodes, and some of their names. */
  readonly count?: number;
  readonly sample?: readonly string[];
  /** Of a group: all of its nodes. */
  readonly nodes?: readonly {
    readonly name: string;
    readonly state: NodeState;
    readonly at: number;
    readonly labels: Readonly<Record<string, string>>;
    /** The node was deleted, which ends its failure like a recovery. Its state is `active`. */
    readonly deleted?: true;
    readonly links?: Pick<AlertLinks, 'node'>;
  }[];
  /** If the nodes are too many for one message: the range of them in this one, without `to`. */
  readonly part?: { readonly from: number; readonly to: number; readonly of: number };
  /** The alerts that the group replaces. */
  readonly alert_ids?: readonly string[];
  /** Of an alert about a single node that is not deleted. */
  readonly links?: AlertLinks;
}

/** One attempt to deliver an alert. */
export interface Attempt {
  /** Aborted when the attempt takes too long. Its result no longer counts then. */
  readonly signal: AbortSignal;
  /** Counts from 1. */
  readonly attempt: number;
  /** For a channel that notifies the person on call: when the first attempt began, in an earlier run too. */
  readonly begun?: Instant;
  /** For such a channel: the overrides of rotas that hold at that instant. */
  readonly overrides?: readonly Replacement[];
  /** For such a channel: called with the name of the person, before it notifies that person. */
  readonly notifies?: (person: string) => void;
}

/**
 * A channel's implementation. If the promise is fulfilled, the alert was delivered. If it is rejected, the attempt
 * failed and is repeated, unless the error says `permanent`.
 */
export abstract class BaseNotifier<Alert = AlertMessage> {
  /** The channel's own settings from the configuration, without those that every channel has. */
  readonly settings: Readonly<Record<string, unknown>>;

  constructor(settings: Readonly<Record<string, unknown>> = {}) {
    this.settings = settings;
  }

  abstract notify(alert: Alert, attempt: Attempt): Promise<void>;

  /** Closes connections. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Events of users as a channel sends them: several in one message. */
export interface UserEventsMessage {
  /** The same in every attempt, so that a receiver can drop repeats. */
  readonly id: string;
  /** When it was made. */
  readonly at: Instant;
  /** In the order in which they happened; each is JSON in ASCII, in the form of `GET /events`. */
  readonly events: readonly string[];
  /** How many events were left out between the message before and these. */
  readonly dropped: number;
  /** Nobody knows how many were: the daemon has started since, or could not follow all users. */
  readonly isReset: boolean;
}

/** Sends events of users, if a channel asks for them. The promise means the same as that of `BaseNotifier`. */
export interface UserEventsNotifier {
  notifyOfUsers(message: UserEventsMessage, attempt: Attempt): Promise<void>;
  /** Closes connections. */
  close(): Promise<void>;
}

/** A failed node that a channel has been notified of. */
export interface OpenFailure {
  readonly name: string;
  /** When it failed, in Unix seconds. */
  readonly at: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly links?: Pick<AlertLinks, 'node'>;
}

/**
 * For a provider that forgets alerts that are not repeated. These calls are not alerts: the outbox does not keep them,
 * and they are repeated after each start.
 */
export interface Resending {
  /**
   * These nodes have failed and still are. Called after a start, after a change of settings, and when something about
   * them changes.
   *
   * @returns whether the provider is notified of them
   */
  resend(failures: readonly OpenFailure[]): boolean;
  /** The node was deleted and will not recover. */
  gone(node: string): void;
  /** Somebody else notifies the provider from now on: repeats nothing before the next failure that it is given. */
  stopResending(): void;
  /** Takes over what the previous notifier of the channel knows, which is about to be closed. */
  succeed(before: object): void;
}

/** Why an alert was not delivered. The message is shown and logged, so it must not contain a secret. */
export class NotifyError extends Error {
  override readonly name = 'NotifyError';
  /** Every further attempt would fail too. */
  readonly permanent: boolean;
  /** The wait that the receiver asks for. */
  readonly retryAfter: Seconds | undefined;
  /** The receiver would take a part of it. */
  readonly tooLarge: boolean;

  constructor(
    message: string,
    {
      permanent = false,
      retryAfter,
      tooLarge = false,
      ...options
    }: ErrorOptions & {
      readonly permanent?: boolean;
      readonly retryAfter?: Seconds | undefined;
      readonly tooLarge?: boolean;
    } = {},
  ) {
    super(message, options);
    this.permanent = permanent;
    this.retryAfter = retryAfter;
    this.tooLarge = tooLarge;
  }
}

/** A rule matches an alert of one of the types whose node has one of the values of each label. */
export interface MatchRule {
  readonly types?: readonly AlertType[];
  /** `*` matches any value. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
}

/** A rule matches an event of one of the types, of one of the users. */
export interface UserMatchRule {
  readonly types?: readonly StatusEvent[];
  readonly users?: UserReach;
}

/** Which events of users a channel sends. */
export interface UserEventsPolicy {
  readonly types: readonly StatusEvent[];
  /** If there are rules, an event must match one of them. */
  readonly match?: readonly UserMatchRule[];
}

/** The settings that every channel has, whatever its kind. */
export interface ChannelPolicy {
  readonly name: string;
  readonly kind: string;
  /** The types of alerts that it gets. */
  readonly events: readonly AlertType[];
  /** The most attempts at once. */
  readonly concurrency: number;
  readonly attemptTimeout: Millis;
  /** If there are rules, an alert must match one of them. */
  readonly match?: readonly MatchRule[];
  /** An escalation channel: it is notified only of failures that last this long without an acknowledgement. */
  readonly after?: Millis;
  /** The channel that gets what cannot be delivered here. */
  readonly fallback?: string;
  /** Absent: none. */
  readonly userEvents?: UserEventsPolicy;
  readonly retry: { readonly minDelay: Millis; readonly maxDelay: Millis; readonly giveUpAfter: Millis };
}

/** A configured channel. */
export interface Channel {
  readonly policy: ChannelPolicy;
  readonly notifier: Pick<BaseNotifier, 'notify' | 'close'> & Partial<Resending>;
  /** Present if its policy asks for events of users. It has connections of its own, so that alerts never wait for it. */
  readonly userEvents?: UserEventsNotifier | undefined;
  /** A digest that tells its receiver from others; undefined if the receiver is not known. */
  readonly receiver?: string | undefined;
}
