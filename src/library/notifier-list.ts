import type { ChannelEvent, CommonGiven } from '../config/channels/common-settings.js';
import type { CamelCased } from './casing.js';
import { notifierList } from './check-options.js';
import { refuseProblems } from './checks.js';
import type { BaseNotifier } from './notification.js';
import { identityOf } from './notifier-identity.js';

/** A notifier: an object that extends `BaseNotifier`, or has its methods. */
export type Notifying = Pick<BaseNotifier, 'notify'> & Partial<Pick<BaseNotifier, 'close'>>;

/**
 * Matches alerts of one of the types whose node has one of the values of each label; `'*'` is any. Or events of one of
 * the types, of one of the users.
 */
export interface Matching {
  readonly types?: readonly Exclude<ChannelEvent, 'channel.closed' | 'test'>[];
  readonly labels?: Readonly<Record<string, string | readonly string[]>>;
  /** Integers from the first to the second; or a prefix of ids, or several, with `user_ids: text`. */
  readonly users?: string | readonly (string | number)[];
}

/**
 * A notifier with its policy: types of alerts, the most attempts at once, how long one may take, and how it is retried.
 * Durations are in seconds; docs/channels/README.md explains each.
 */
export interface NotifierEntry extends Omit<CamelCased<CommonGiven>, 'match'> {
  readonly notifier: Notifying;
  /** An alert must match one of these. Default: everything. */
  readonly match?: Matching | readonly Matching[];
  /**
   * The name under which the outbox keeps its alerts. Default: the name of its class. Two of a class are told apart by
   * their settings (a Slack notifier by its URL, a Redis notifier by its URL and channel), never by their order. With a
   * data directory, only one notifier of a class of the program's own may go without a name.
   */
  readonly name?: string;
}

/** The notifiers of an instance. They are taken when it starts; after that none can be added. */
export class NotifierList implements Iterable<Notifying> {
  #entries: readonly NotifierEntry[] = [];
  #taken = false;

  constructor(notifiers: Iterable<Notifying | NotifierEntry> = []) {
    this.replace(notifiers);
  }

  /** Replaces all notifiers. @throws TypeError as `push` */
  replace(notifiers: Iterable<Notifying | NotifierEntry>): void {
    if (notifiers instanceof NotifierList) {
      this.#entries = [];
      this.push(...notifiers.#entries);
      return;
    }
    refuseProblems('notifiers', notifierList(notifiers, 'notifiers'));
    const all = [...notifiers];
    this.#entries = [];
    this.push(...all);
  }

  /** @throws TypeError if the instance has started, or the argument is not a notifier */
  push(...notifiers: readonly (Notifying | NotifierEntry)[]): number {
    if (this.#taken)
      throw new TypeError('the instance is already in use: add notifiers before its first use');
    refuseProblems('notifiers', notifierList(notifiers, 'notifiers'));
    this.#entries = [...this.#entries, ...notifiers.map(entryOf)];
    return this.#entries.length;
  }

  get length(): number {
    return this.#entries.length;
  }

  *[Symbol.iterator](): Iterator<Notifying> {
    for (const { notifier } of this.#entries) yield notifier;
  }

  /**
   * Returns all notifiers by name. None can be added after this.
   *
   * @param isDurable whether names must mean the same after a restart
   * @throws TypeError if two cannot be told apart
   */
  take(isDurable: boolean): ReadonlyMap<string, NotifierEntry> {
    this.#taken = true;
    const named = new Map<string, NotifierEntry>();
    const add = (name: string, entry: NotifierEntry): void => {
      if (named.has(name)) throw new TypeError(`two notifiers are called ${JSON.stringify(name)}`);
      named.set(name, entry);
    };
    for (const entry of this.#entries) if (entry.name !== undefined) add(entry.name, entry);
    for (const [name, entries] of byClass(this.#entries.filter((entry) => entry.name === undefined))) {
      const [only, ...others] = entries;
      if (only !== undefined && others.length === 0) add(free(name, named), only);
      else for (const entry of entries) add(free(nameOf(name, entry, isDurable), named), entry);
    }
    return named;
  }
}

function entryOf(given: Notifying | NotifierEntry): NotifierEntry {
  return 'notifier' in given ? given : { notifier: given };
}

function classOf({ constructor: { name } }: Notifying): string {
  return /^[A-Za-z0-9]/.test(name) ? name : 'notifier';
}

function byClass(entries: readonly NotifierEntry[]): ReadonlyMap<string, readonly NotifierEntry[]> {
  const classes = new Map<string, NotifierEntry[]>();
  for (const entry of entries) {
    const name = classOf(entry.notifier);
    classes.set(name, [...(classes.get(name) ?? []), entry]);
  }
  return classes;
}

/** The name of one of several of its class. */
function nameOf(name: string, { notifier }: NotifierEntry, isDurable: boolean): string {
  const identity = identityOf(notifier);
  if (identity !== undefined) return `${name}-${identity}`;
  // In memory nothing outlives the list, so the order may decide.
  if (!isDurable) return name;
  throw new TypeError(
    `two notifiers are of the class ${name}: give each a name, as in { notifier, name: 'pager' }, ` +
      'so that what one of them is still to tell is not told by the other after a restart',
  );
}

function free(name: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) if (!taken.has(`${name}-${number}`)) return `${name}-${number}`;
}
