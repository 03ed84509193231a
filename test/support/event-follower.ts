import { EventClient } from './event-client.js';
import { kept, type ShownEvent, type ShownState, type ShownUser } from './event-picture.js';

/** Milliseconds until it connects again. */
const RETRY = 200;

/** A client that follows users, and connects again after each end, with the id of the last event that it has. */
export class EventFollower {
  readonly users = new Map<string, ShownUser>();
  readonly log: ShownEvent[] = [];
  states: ShownState[] = [];
  /** What must never happen. */
  readonly wrong: string[] = [];
  readonly #port: number;
  readonly #path: string;
  #client: EventClient | undefined;
  #seen = 0;
  #last: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number, path: string) {
    this.#port = port;
    this.#path = path;
    this.#connect();
  }

  #connect(): void {
    const headers = this.#last === undefined ? {} : { 'last-event-id': this.#last };
    this.#client = new EventClient(this.#port, this.#path, { headers });
    this.#seen = 0;
    this.#timer = setInterval(() => this.look(), 20);
  }

  /** Takes what has come. */
  look(): void {
    const client = this.#client;
    if (client === undefined) return;
    for (const { id, data } of client.events.slice(this.#seen)) {
      this.#seen++;
      this.#last = id;
      if ('users' in data) this.#began(data);
      else this.#changed(data);
    }
    if (!client.isOver) return;
    clearInterval(this.#timer);
    this.#client = undefined;
    this.#timer = setTimeout(() => this.#connect(), RETRY);
  }

  #began(state: ShownState): void {
    this.states.push(state);
    if (state.reset === true) this.users.clear();
    for (const user of state.users) this.users.set(String(user.id), user);
  }

  #changed(event: ShownEvent): void {
    this.log.push(event);
    const { type, user } = event;
    if (user === undefined) return;
    const before = this.users.get(String(user.id));
    const isSame = before !== undefined && (before.status === user.status) !== (type === 'user.updated');
    if (isSame || (before !== undefined && kept(before) === kept(user)))
      this.wrong.push(`${type} of ${user.id} changes nothing`);
    this.users.set(String(user.id), user);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#client?.close();
    this.#client = undefined;
  }
}
