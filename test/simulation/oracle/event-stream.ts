import { BrokenPromise, type Ledger } from '../world/ledger.js';
import { clockOf } from './clock-text.js';

/** A user as an event or an answer shows it. */
export interface ShownUser {
  readonly id: number | string;
  readonly status: 'online' | 'offline';
  /** In seconds. */
  readonly since: number | null;
  readonly devices: readonly {
    readonly device: string | null;
    readonly since: number;
    readonly meta: unknown;
  }[];
}

/** A state or an event, as its reader gets it. */
export interface SentEvent {
  readonly type: string;
  readonly at_ms: number;
  readonly reset?: boolean;
  readonly users?: readonly ShownUser[];
  readonly user?: ShownUser;
  readonly node?: { readonly name: string };
  readonly flip?: { readonly from: string; readonly to: string };
  readonly alert?: { readonly id: string };
  readonly channel?: string;
  readonly blind?: { readonly cause: string };
}

/** An event, and when the daemon sent it. */
export interface Sent {
  /** Undefined on a socket, where nothing resumes. */
  readonly id: string | undefined;
  readonly at: number;
  readonly event: SentEvent;
}

/** What a user was, from a time on. */
interface View {
  readonly at: number;
  readonly status: ShownUser['status'];
  readonly text: string;
}

/** A state, and all that the reader has got since. */
export interface Part {
  readonly run: number;
  readonly sent: Sent[];
}

/** The greatest number of a user's views that are remembered. */
const VIEWS = 8;

/** A user without what a heal changes. */
export function viewOf({ status, since, devices }: ShownUser): string {
  const held = devices.map(({ device, since: from, meta }) => [device, from, meta]);
  return JSON.stringify(status === 'online' ? [status, since, held] : [status]);
}

/**
 * Judges what one reader of events gets: a state and then each change once and in order, also over connections that
 * break.
 */
export class EventStreamOracle {
  readonly #name: string;
  readonly #ledger: Ledger;
  readonly #now: () => number;
  readonly parts: Part[] = [];
  /** Of the last part: what its events add up to. */
  #views = new Map<string, View[]>();
  #nodes = new Map<string, string>();
  #keys = new Set<string>();
  /** What the daemon may send first on a new connection. */
  #isFirst = true;
  #resumes = false;
  #run = 0;

  constructor(name: string, ledger: Ledger, now: () => number) {
    this.#name = name;
    this.#ledger = ledger;
    this.#now = now;
  }

  /** Whether it has got a state on this connection, or continues after one. */
  get isKnown(): boolean {
    return !this.#isFirst;
  }

  /** The reader connects. @param after the id of the last event that it has; what was sent after it is sent again */
  connects(after: string | undefined, run: number): void {
    this.#isFirst = true;
    this.#resumes = after !== undefined;
    this.#run = run;
    const part = this.parts.at(-1);
    if (part === undefined || after === undefined) return;
    part.sent.length = part.sent.findLastIndex(({ id }) => id === after) + 1;
    this.#views = new Map();
    this.#nodes = new Map();
    this.#keys = new Set();
    for (const sent of part.sent) this.#learn(sent);
  }

  /** It continues, though there is nothing that it missed. */
  continues(): void {
    const part = this.parts.at(-1);
    if (this.#isFirst && (part === undefined || part.run !== this.#run || !this.#resumes))
      this.#complain('was continued without a state');
    this.#isFirst = false;
  }

  /** The daemon sends something. @param remembers whether it remembers all events of its run */
  sends(id: string | undefined, event: SentEvent, remembers: boolean): void {
    const sent: Sent = { id, at: this.#now(), event };
    if (event.type === 'state') this.#begins(sent, remembers);
    else {
      this.continues();
      this.#expectOnce(sent);
      if (event.user !== undefined) this.#expectNext(event.type, event.user);
      if (event.type === 'node.flip') this.#expectFlip(event);
      this.parts.at(-1)?.sent.push(sent);
    }
    this.#learn(sent);
  }

  #begins(sent: Sent, remembers: boolean): void {
    const part = this.parts.at(-1);
    const { reset = false } = sent.event;
    if (!this.#isFirst) this.#complain('got a second state');
    if (reset !== this.#resumes)
      this.#complain(reset ? 'got its first state with `reset`' : 'began anew, and the state has no `reset`');
    if (this.#resumes && remembers && part?.run === this.#run)
      this.#complain('began anew, though what it missed is remembered');
    this.#isFirst = false;
    this.#views = new Map();
    this.#nodes = new Map();
    this.#keys = new Set();
    this.parts.push({ run: this.#run, sent: [sent] });
  }

  /** Adds users whose state is sent by itself. */
  adds(event: SentEvent): void {
    this.#isFirst = false;
    const sent: Sent = { id: undefined, at: this.#now(), event };
    if (this.parts.length === 0 || this.parts.at(-1)?.run !== this.#run)
      this.parts.push({ run: this.#run, sent: [] });
    this.parts.at(-1)?.sent.push(sent);
    this.#learn(sent);
  }

  #expectOnce(sent: Sent): void {
    const { event } = sent;
    const { type } = event;
    for (const key of keysOf(sent))
      if (this.#keys.has(key)) this.#complain(`got ${type} twice`, nameIn(event));
  }

  #expectNext(type: string, { id, status }: ShownUser): void {
    const user = String(id);
    const before = this.#views.get(user)?.at(-1);
    const complain = (what: string): never => this.#complain(`got ${type} of user ${user}, ${what}`, user);
    if ((type === 'user.offline') === (status === 'online')) complain(`who is ${status} in it`);
    if (before === undefined) return;
    if (type === 'user.online' && before.status === 'online') complain('who was online before');
    if (type === 'user.updated' && before.status === 'offline') complain('who was offline before');
    const isErased = this.#ledger.users.get(user)?.some(({ kind }) => kind === 'erase') === true;
    if (type === 'user.offline' && before.status === 'offline' && !isErased)
      complain('who was offline before');
  }

  #expectFlip({ node, flip }: SentEvent): void {
    if (node === undefined || flip === undefined) return;
    const before = this.#nodes.get(node.name);
    if (before !== undefined && before !== flip.from && !this.#isForgotten(node.name))
      this.#complain(`got a flip of ${node.name} from ${flip.from}, which was ${before} before`, node.name);
  }

  #isForgotten(node: string): boolean {
    return this.#ledger.nodes.get(node)?.some(({ kind }) => kind === 'forget') === true;
  }

  #learn(sent: Sent): void {
    const { at, event } = sent;
    const { type, user, users = [], node, flip } = event;
    if (type !== 'state') for (const key of keysOf(sent)) this.#keys.add(key);
    for (const shown of user === undefined ? users : [user]) {
      const id = String(shown.id);
      const views = this.#views.get(id) ?? [];
      this.#views.set(id, views);
      views.push({ at, status: shown.status, text: viewOf(shown) });
      if (views.length > VIEWS) views.shift();
    }
    if (node !== undefined && flip !== undefined) this.#nodes.set(node.name, flip.to);
  }

  /**
   * Whether the reader has known this of a user since a time; undefined if it knew nothing of the user then, or has
   * heard of a change since.
   */
  hasKnown(user: string, since: number, text: string): boolean | undefined {
    const views = this.#views.get(user);
    if (views === undefined || (views[0]?.at ?? 0) >= since) return undefined;
    const last = views.at(-1);
    return last === undefined || last.at >= since ? undefined : last.text === text;
  }

  /** The reader has known otherwise of a user, and what the API shows has not come. */
  complainOf(user: string, shown: string): never {
    const known = this.#views.get(user)?.at(-1)?.text ?? 'nothing';
    return this.#complain(`knows ${known} of user ${user}, and the API shows ${shown}`, user);
  }

  #complain(what: string, about?: string): never {
    throw new BrokenPromise(`The ${this.#name} ${what}.`, this.#now(), about);
  }
}

/** What no other event has. */
function keysOf({ id, event: { type, alert, channel } }: Sent): readonly string[] {
  return [
    ...(id === undefined ? [] : [id]),
    ...(alert === undefined ? [] : [`${type} ${alert.id} ${channel ?? ''}`]),
  ];
}

function nameIn({ user, node }: SentEvent): string | undefined {
  return user === undefined ? node?.name : String(user.id);
}

/** When an event was sent, as text. */
export function sentAt({ at }: Sent): string {
  return clockOf(at);
}
