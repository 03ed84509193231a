import { randomBytes } from 'node:crypto';
import Denque from 'denque';
import type { UserId } from '../../domain/user-id.js';
import { factsOfOffline } from '../../views/user-view.js';
import type { ChangeEvent } from './change.js';

/** The most bytes that remembered events take, by a rough count: many devices with much meta are worth many others. */
const MOST_BYTES = 128 * 1024 * 1024;

/** The name of a log, the number of an event in base 36, and if it is ahead, up to which one users and nodes are known. */
const ID = /^([^-]*)-([0-9a-z]{1,10})(?:-([0-9a-z]{1,10}))?$/;

/** How far a reader has come, by numbers of events. */
export interface Position {
  /** All up to this one have been passed on, or are not wanted. */
  readonly passed: number;
  /** Users and nodes are known up to this one, by the state. It is ahead while what has no state follows that. */
  readonly included: number;
}

/** The latest events, so that a reader who was away may continue. Numbers have no gaps. */
export class EventLog {
  /** Ids begin with it, so that those of another log are known to be that. */
  readonly #name = randomBytes(6).toString('hex');
  readonly #events = new Denque<ChangeEvent>();
  readonly #most: number;
  #bytes = 0;
  #last = 0;

  /** @param most events */
  constructor(most: number) {
    this.#most = most;
  }

  /** The number of the latest event; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  append(event: ChangeEvent): void {
    this.#last = event.number;
    this.#events.push(event);
    this.#bytes += sizeOf(event);
    while (this.#events.length > this.#most || this.#bytes > MOST_BYTES) {
      const oldest = this.#events.shift();
      if (oldest === undefined) return;
      this.#bytes -= sizeOf(oldest);
    }
  }

  /** Forgets what it knows of a user. @returns whether that was anything */
  erase(user: UserId): boolean {
    let found = false;
    for (let index = 0; index < this.#events.length; index++) {
      const event = this.#events.peekAt(index);
      if (event?.about !== 'user' || event.user !== user) continue;
      this.#bytes -= sizeOf(event);
      event.facts = factsOfOffline(undefined);
      event.isErased = true;
      this.#bytes += sizeOf(event);
      found = true;
    }
    return found;
  }

  idOf({ passed, included }: Position): string {
    const ahead = included > passed ? `-${included.toString(36)}` : '';
    return `${this.#name}-${passed.toString(36)}${ahead}`;
  }

  /** @returns undefined if it is of another log, or what came after it is not known any more */
  positionOf(id: string): Position | undefined {
    const [, name, passed = '', included = passed] = ID.exec(id) ?? [];
    if (name !== this.#name) return undefined;
    const position = { passed: parseInt(passed, 36), included: parseInt(included, 36) };
    return this.isKnownAfter(position.passed) && position.included <= this.#last ? position : undefined;
  }

  /** Whether all events after this number are known. */
  isKnownAfter(number: number): boolean {
    return number <= this.#last && number >= this.#last - this.#events.length;
  }

  /** @returns undefined if it is not known any more, or not yet */
  at(number: number): ChangeEvent | undefined {
    const index = number - (this.#last - this.#events.length) - 1;
    return index < 0 ? undefined : this.#events.peekAt(index);
  }
}

function sizeOf(event: ChangeEvent): number {
  switch (event.about) {
    case 'user': {
      let size = 300;
      for (const { meta } of event.facts.devices) size += 150 + (meta?.length ?? 0);
      return size;
    }
    case 'node':
      return 1000;
    case 'alert': {
      const { group, mass } = event.record.alert;
      return 1000 + 150 * ((group?.nodes.length ?? 0) + (mass?.sample.length ?? 0));
    }
    case 'daemon':
      return 200;
  }
}
