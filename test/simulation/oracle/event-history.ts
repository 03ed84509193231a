import type { Flip } from '../../../src/domain/node.js';
import type { Session } from '../../../src/domain/session.js';
import { BrokenPromise, type Ledger } from '../world/ledger.js';
import { sentAt, type Part, type Sent, type ShownUser } from './event-stream.js';

/** What an event reports, and what is stored of it in the end. */
interface Change {
  readonly what: string;
  /** By the wall clock. */
  readonly at: number;
}

/** A kill this soon after an event may lose what it reported. */
const LOST = 3000;
/** How soon after a standstill the event of it comes. */
const NOTICED = 200;

/** Compares the events that a reader got with what is stored in the end: none is missing, and none was false. */
export class EventHistoryOracle {
  readonly #name: string;
  readonly #ledger: Ledger;
  readonly #parts: readonly Part[];

  constructor(name: string, ledger: Ledger, parts: readonly Part[]) {
    this.#name = name;
    this.#ledger = ledger;
    this.#parts = parts;
  }

  /** @param since what was before is not known any more */
  user(user: string, sessions: readonly Session[], since: number): void {
    const stored = sessions.flatMap(({ onlineAt, offlineAt }): Change[] => [
      { what: 'user.online', at: onlineAt },
      { what: 'user.offline', at: offlineAt },
    ]);
    for (const part of this.#parts) {
      const mine = part.sent.filter(
        ({ event, at }) => event.user !== undefined && idOf(event.user) === user && at > since,
      );
      const changes = mine.filter(({ event }) => event.type !== 'user.updated');
      const state = part.sent.findLast(({ event }) => event.users?.some((shown) => idOf(shown) === user));
      const shown = state?.event.users?.find((each) => idOf(each) === user);
      // An erasure is an end without times, which a slow reader gets late.
      const erased = changes.findLastIndex(({ event }) => event.user?.since === null);
      const known = changes.slice(erased + 1).filter(({ at }) => state === undefined || at >= state.at);
      const isBegin = erased < 0 && state !== undefined && state.at > since;
      this.#follows(user, stored, known, isBegin ? shown : undefined);
    }
  }

  /** Each change is the next one that is stored. */
  #follows(about: string, stored: readonly Change[], sent: readonly Sent[], shown?: ShownUser): void {
    let before: number | undefined;
    for (const each of sent) {
      const what = each.event.flip?.to ?? each.event.type;
      const index = indexIn(stored, what, each.event.at_ms, before ?? -1);
      if (this.#mayBeLost(each)) return;
      const said = `got ${each.event.type} of ${about} at ${sentAt(each)}`;
      if (index < 0) this.#complain(`${said}, which is not stored`, each, about);
      if (before !== undefined && index !== before + 1)
        this.#complain(`${said}, and misses ${String(index - before - 1)} before it`, each, about);
      if (before === undefined && shown !== undefined && !isShownBefore(stored[index - 1], shown))
        this.#complain(`${said}, which does not follow from its state`, each, about);
      before = index;
    }
  }

  node(node: string, flips: readonly Flip[]): void {
    const stored = flips.map(({ to, at }): Change => ({ what: to, at }));
    for (const part of this.#parts)
      this.#follows(
        node,
        stored,
        part.sent.filter(({ event }) => event.type === 'node.flip' && event.node?.name === node),
      );
  }

  /** Each blind interval is one event. */
  blindness(): void {
    for (const { sent } of this.#parts) {
      const [first, last] = [sent[0], sent.at(-1)];
      if (first === undefined || last === undefined) continue;
      const blind = this.#ledger.disturbances.filter(({ kind }) => kind === 'blind');
      const least = blind.filter(({ from, to }) => from >= first.at && to < last.at - NOTICED).length;
      const most = blind.filter(({ to }) => to >= first.at - NOTICED && to <= last.at).length;
      const told = sent.filter(({ event }) => event.blind?.cause === 'stalled').length;
      if (told < least || told > most)
        this.#complain(`got ${String(told)} times daemon.blind, and ${String(most)} times it was so`, last);
    }
  }

  /** The daemon was killed before it was on disk. */
  #mayBeLost({ at }: Sent): boolean {
    const { disturbances } = this.#ledger;
    if (this.#ledger.diedInTrouble(at)) return true;
    return disturbances.some(({ kind, from }) => kind === 'restart' && from >= at && from <= at + LOST);
  }

  #complain(what: string, { at }: Sent, about?: string): never {
    throw new BrokenPromise(`The ${this.#name} ${what}.`, at, about);
  }
}

function idOf({ id }: ShownUser): string {
  return String(id);
}

function indexIn(stored: readonly Change[], what: string, at: number, after: number): number {
  const near = stored[after + 1];
  if (near?.what === what && near.at === at) return after + 1;
  return stored.findIndex((change, index) => index > after && change.what === what && change.at === at);
}

function isShownBefore(before: Change | undefined, { status, since }: ShownUser): boolean {
  if (before === undefined) return since === null;
  return before.what === `user.${status}` && Math.floor(before.at / 1000) === since;
}
