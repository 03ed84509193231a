import type { z } from 'zod';
import type { common } from '../config/channels/common.js';
import type { AlertType } from '../domain/alert.js';
import type { BaseNotifier } from '../ports/channel.js';
import type { CamelCased } from './casing.js';

/** What tells people: an object that extends `BaseNotifier`, or is made like one. */
export type Notifying = Pick<BaseNotifier, 'notify'> & Partial<Pick<BaseNotifier, 'close'>>;

/** Alerts of one of the types, and of nodes that have one of the values of each label; `'*'` is any. */
export interface Matching {
  readonly types?: readonly Exclude<AlertType, 'test'>[];
  readonly labels?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * A notifier, and how it is used: which types of alerts it is for, attempts at once, how long one may take, and how it
 * is tried again. Durations in seconds; what each means is in docs/channels/README.md.
 */
export interface NotifierEntry extends Omit<CamelCased<z.input<typeof common>>, 'match'> {
  readonly notifier: Notifying;
  /** What fits any of these. Everything if not given. */
  readonly match?: Matching | readonly Matching[];
  /**
   * Under which the outbox keeps what it is still to be told. The name of its class if not given, with a number from
   * the second of that class on; with a data directory it should stay the same over restarts.
   */
  readonly name?: string;
}

/** The notifiers of an instance. They are taken when it starts; after that there is nothing to add. */
export class NotifierList implements Iterable<Notifying> {
  #entries: readonly NotifierEntry[] = [];
  #taken = false;

  constructor(notifiers: Iterable<Notifying | NotifierEntry> = []) {
    this.replace(notifiers);
  }

  /** These and no others. @throws TypeError as `push` */
  replace(notifiers: Iterable<Notifying | NotifierEntry>): void {
    const all = notifiers instanceof NotifierList ? notifiers.#entries : [...notifiers];
    this.#entries = [];
    this.push(...all);
  }

  /** @throws TypeError when the instance has started, or for what is no notifier */
  push(...notifiers: readonly (Notifying | NotifierEntry)[]): number {
    if (this.#taken)
      throw new TypeError('notifiers are added before the instance is first used, and it has been');
    this.#entries = [...this.#entries, ...notifiers.map(entryOf)];
    return this.#entries.length;
  }

  get length(): number {
    return this.#entries.length;
  }

  *[Symbol.iterator](): Iterator<Notifying> {
    for (const { notifier } of this.#entries) yield notifier;
  }

  /** All of them by their names. Nobody adds one after this. */
  take(): ReadonlyMap<string, NotifierEntry> {
    this.#taken = true;
    const named = new Map<string, NotifierEntry>();
    for (const entry of this.#entries) {
      const { name } = entry;
      if (name !== undefined && named.has(name))
        throw new TypeError(`two notifiers are called ${JSON.stringify(name)}`);
      named.set(name ?? free(entry.notifier.constructor.name, named), entry);
    }
    return named;
  }
}

function entryOf(given: Notifying | NotifierEntry): NotifierEntry {
  const entry = 'notifier' in given ? given : { notifier: given };
  if (typeof entry.notifier.notify === 'function') return entry;
  throw new TypeError('a notifier must have a method notify(alert): extend BaseNotifier');
}

function free(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  const name = /^[A-Za-z0-9]/.test(wanted) ? wanted : 'notifier';
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) if (!taken.has(`${name}-${number}`)) return `${name}-${number}`;
}
