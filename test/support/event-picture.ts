import { expect } from 'chai';
import { ANYBODY, type Access } from '../../src/domain/access.js';
import type { UserId } from '../../src/domain/user-id.js';
import type {
  EndOfEvents,
  EventFilter,
  EventReader,
  SentEvent,
  SentState,
  Subscription,
} from '../../src/app/events/events-api.js';
import { factsOfOffline, factsOfOnline, userText } from '../../src/views/user-view.js';
import type { SimulatedApp } from './simulated-app.js';

export interface ShownUser {
  readonly id: number | string;
  readonly status: 'online' | 'offline';
  readonly since: number | null;
  readonly last_seen: number | null;
  readonly deadline: number | null;
  readonly devices: readonly {
    readonly device: string | null;
    readonly since: number;
    readonly meta: unknown;
  }[];
}

interface ShownNode {
  readonly name: string;
  readonly state: string;
}

/** What a test reads of an event. */
export interface ShownEvent {
  readonly type: string;
  readonly at_ms: number;
  readonly user?: ShownUser;
  readonly node?: ShownNode;
  readonly alert?: { readonly id: string; readonly type: string; readonly channels: Record<string, object> };
  readonly channel?: string;
  readonly blind?: { readonly from: number; readonly to: number; readonly cause: string };
}

export interface ShownState {
  readonly type: 'state';
  readonly users: readonly ShownUser[];
  readonly nodes: readonly ShownNode[];
  readonly counts?: object;
  readonly reset?: true;
}

/** A reader that keeps a picture of users and nodes as a client would: the state first, changed by each event. */
export class PicturingReader implements EventReader {
  isFull = false;
  readonly users = new Map<string, ShownUser>();
  readonly nodes = new Map<string, ShownNode>();
  readonly states: ShownState[] = [];
  readonly log: ShownEvent[] = [];
  readonly ids: string[] = [];
  end: EndOfEvents | undefined;
  subscription: Subscription | undefined;
  /** What must never happen. */
  readonly wrong: string[] = [];

  /** The id of the last event. */
  get last(): string | undefined {
    return this.ids.at(-1);
  }

  state(sent: SentState): void {
    const state = JSON.parse([...sent.pieces()].join('')) as ShownState;
    this.ids.push(sent.id);
    this.states.push(state);
    if (state.reset === true) {
      this.users.clear();
      this.nodes.clear();
    }
    for (const user of state.users) this.users.set(String(user.id), user);
    for (const node of state.nodes) this.nodes.set(node.name, node);
  }

  events(events: readonly SentEvent[]): void {
    for (const { id, text } of events) {
      const event = JSON.parse(text) as ShownEvent;
      this.ids.push(id);
      this.log.push(event);
      if (event.user !== undefined) this.#userChanged(event.type, event.user);
      if (event.node !== undefined) this.#nodeChanged(event.node);
    }
  }

  #userChanged(type: string, user: ShownUser): void {
    const before = this.users.get(String(user.id));
    const wasOnline = before?.status === 'online';
    if (type === 'user.online' && wasOnline) this.wrong.push(`${user.id} came online twice`);
    // Who was offline already may be erased.
    if (type === 'user.offline' && before !== undefined && !wasOnline && user.since !== null)
      this.wrong.push(`${user.id} went offline twice`);
    if (type === 'user.updated' && before !== undefined && kept(before) === kept(user))
      this.wrong.push(`${user.id} was updated without a difference`);
    this.users.set(String(user.id), user);
  }

  #nodeChanged(node: ShownNode): void {
    if (this.nodes.get(node.name)?.state === node.state) this.wrong.push(`${node.name} flipped twice`);
    this.nodes.set(node.name, node);
  }

  ended(why: EndOfEvents): void {
    this.end = why;
  }
}

/** What events tell of a user: heals change the rest. */
export function kept({ status, since, devices }: ShownUser): string {
  const shown = devices.map((each) => ({ device: each.device, since: each.since, meta: each.meta }));
  return JSON.stringify({ status, since, devices: shown });
}

export function subscribe(
  daemon: SimulatedApp,
  filter: EventFilter,
  { access = ANYBODY, after }: { readonly access?: Access; readonly after?: string | undefined } = {},
  reader = new PicturingReader(),
): PicturingReader {
  reader.end = undefined;
  reader.subscription = daemon.app.events.subscribe(filter, access, reader, after);
  return reader;
}

/** A user as its GET shows it. */
export async function shownUser(daemon: SimulatedApp, id: UserId): Promise<ShownUser> {
  const reply = await daemon.ask('describe', id);
  if (reply?.kind !== 'described') return expect.fail(`${id} was not described`);
  const { session, ended } = reply;
  const facts =
    session === undefined
      ? factsOfOffline(ended ?? (await daemon.app.users.lastSession(id)))
      : factsOfOnline(session);
  return JSON.parse(userText(id, facts)) as ShownUser;
}
