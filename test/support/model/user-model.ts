import type { UserCommand, UserReply } from '../../../actors/user/user.protocol.js';
import {
  eraseRefusedByDisk,
  erased,
  expired,
  goneByGoodbye,
  goodbyeRefusedByDisk,
  healed,
  healRefusedByDisk,
  hull,
  leftByDevice,
  perhapsStored,
  restarted,
  saidOnline,
  shown,
  stalled,
  STRANGER,
  certain,
  type Arrival,
  type Past,
  type Restart,
  type Rules,
  type Stall,
  type State,
  type View,
} from './user-state.js';

/** A request, with its answer if there is one. */
export interface Asked {
  readonly kind: UserCommand['kind'];
  at: Arrival;
  answer: UserReply | undefined;
  /** Reasons for a refusal at the time of its answer. */
  disk: 'works' | 'fails';
  /** A planned fault crashed a settlement, so its outcome is unknown. */
  unsure: boolean;
}

type Event =
  | ({ readonly type: 'asked' } & Asked & Context)
  | ({ readonly type: 'stalled'; readonly behind: boolean } & Stall);

interface Context {
  /** Changes were under way when it was sent, so its answer may be anything. */
  racing: boolean;
  /** The user was healed while it waited, maybe exactly at the deadline, which extends the session. */
  healedSince: boolean;
  readonly joins: boolean;
}

const CHANGES: ReadonlySet<UserCommand['kind']> = new Set(['heal', 'goodbye', 'erase']);

/** One user by the promises: all states that are possible after what was sent, answered and seen. */
export class UserModel {
  readonly #rules: Rules;
  readonly #name: string;
  #states: readonly State[] = [STRANGER];
  /** Events since the first request without an answer, in order. */
  #events: Event[] = [];
  #erasures = 0;

  constructor(name: string, rules: Rules) {
    this.#name = name;
    this.#rules = rules;
  }

  get states(): readonly State[] {
    return this.#states;
  }

  /** No change is under way. */
  get atRest(): boolean {
    return this.#events.length === 0;
  }

  /** @returns a function to call with the answer */
  asked(kind: UserCommand['kind'], at: Arrival): Asked {
    if (kind === 'erase') this.#erasures++;
    const changes = this.#changes();
    const last = changes.at(-1);
    if (CHANGES.has(kind)) this.#overtake(kind);
    const event = {
      type: 'asked' as const,
      kind,
      at,
      answer: undefined,
      disk: 'works' as const,
      unsure: false,
      racing: changes.length > 0,
      healedSince: false,
      joins: last?.kind === 'heal',
    };
    this.#events.push(event);
    return event;
  }

  /** A read request that waits for earlier requests is answered as of their arrival. */
  #overtake(kind: UserCommand['kind']): void {
    for (const event of this.#events) {
      if (event.type !== 'asked' || event.answer !== undefined || CHANGES.has(event.kind)) continue;
      if (kind === 'heal') event.healedSince = true;
      else event.racing = true;
    }
  }

  /** Changes without an answer. */
  #changes(): readonly Asked[] {
    const asked = this.#events.filter((event) => event.type === 'asked');
    return asked.filter(({ kind, answer }) => CHANGES.has(kind) && answer === undefined);
  }

  /** The wall clock is set. The time of requests that wait behind another is unknown from then on. */
  wallSet(by: number): void {
    for (const asked of this.#changes().slice(1)) {
      const { wall } = asked.at;
      asked.at = { ...asked.at, wall: hull(wall, { lo: wall.lo + by, hi: wall.hi + by }) };
    }
  }

  answered(): void {
    for (let [event] = this.#events; event !== undefined; [event] = this.#events) {
      if (event.type === 'asked' && event.answer === undefined) return;
      this.#events.shift();
      this.#apply(event);
    }
  }

  stalled(stall: Stall): void {
    // A request behind another change has no deadline yet that could move.
    this.#events.push({ type: 'stalled', ...stall, behind: this.#changes().length > 1 });
    this.answered();
  }

  /** All sessions that have ended are on disk. */
  settled(now: number): void {
    this.#become(
      'settling',
      this.#states.map((state) => ({ ...expired(state, now), ifKilled: [] })),
    );
  }

  /** Changes under way may have reached the disk. The daemon has read what was there. */
  restarted(restart: Restart): void {
    const [first, ...others] = this.#events;
    if (first?.type === 'asked') {
      const happened = this.#states.flatMap((state) => this.#changed(state, first));
      this.#states = [...this.#states, ...happened];
    }
    this.#events = others.filter((event) => event.type === 'stalled');
    this.answered();
    this.#become(
      'the restart',
      this.#states.flatMap((state) => restarted(state, restart, this.#rules)),
    );
  }

  shown(view: View): void {
    this.#become(
      `what is shown, ${JSON.stringify(view)},`,
      this.#states.flatMap((state) => shown(state, view)),
    );
  }

  /** What a history must contain if it is requested now, unless the user is erased before the answer. */
  certain(): { readonly sessions: readonly Past[]; readonly holds: () => boolean } {
    const sessions = certain(this.#states);
    const erasures = this.#erasures;
    const isErased = this.#events.some((event) => event.type === 'asked' && event.kind === 'erase');
    return { sessions, holds: () => !isErased && this.#erasures === erasures };
  }

  #apply(event: Event): void {
    if (event.type === 'stalled') {
      const moved = this.#states.flatMap((state) => stalled(state, event, this.#rules));
      this.#states = event.behind ? distinct([...moved, ...this.#states]) : moved;
      return;
    }
    const { kind, at, answer } = event;
    this.#become(
      `${JSON.stringify(answer)} to '${kind}' at ${at.readAt}`,
      this.#states.flatMap((state) => this.#answeredTo(state, event)),
    );
  }

  #answeredTo(state: State, event: Asked & Context): State[] {
    const { kind, at, answer, racing, healedSince } = event;
    switch (answer?.kind) {
      case 'refused':
        return this.#refused(state, event, answer.code);
      case 'online':
        if (kind === 'heal') return this.#changed(state, event);
        if (kind === 'goodbye') return leftByDevice(state, at);
        return racing || healedSince ? [state] : saidOnline(state, at.arrived, true);
      case 'offline':
        if (kind === 'goodbye') return this.#changed(state, event);
        return racing ? [state] : saidOnline(state, at.arrived, false);
      case 'described':
        if (racing || (healedSince && answer.session !== undefined)) return [state];
        return saidOnline(state, at.arrived, answer.session !== undefined);
      case 'erased':
        return this.#changed(state, event);
      case undefined:
        return [];
    }
  }

  #changed(state: State, { kind, at, disk, joins }: Asked & Context): State[] {
    if (kind === 'heal') return healed(state, at, this.#rules, disk, joins);
    if (kind === 'goodbye') return goneByGoodbye(state, at);
    return kind === 'erase' ? erased(state) : [];
  }

  #refused(state: State, event: Asked & Context, code: string): State[] {
    const { kind, at, joins } = event;
    if (code !== 'HEARTBEAT_STORE_REFUSES') {
      if (!event.unsure) return [state];
      const changed = this.#changed(state, event);
      return [state, ...changed, ...(event.disk === 'fails' ? [perhapsStored(state, changed)] : [])];
    }
    if (kind === 'heal') return healRefusedByDisk(state, at, this.#rules, joins);
    if (kind === 'goodbye') {
      const ended = goodbyeRefusedByDisk(state, at);
      // A goodbye of one device waits with one of all, and is refused with it.
      return ended.length === 0 && event.racing ? [state] : ended;
    }
    return kind === 'erase' ? eraseRefusedByDisk(state, at) : [];
  }

  #become(what: string, states: readonly State[]): void {
    if (states.length === 0) {
      const before = this.#states.map((state) => JSON.stringify(state)).join('\n  or ');
      throw new Error(`${this.#name}: ${what} breaks a promise, as it was\n     ${before}`);
    }
    this.#states = distinct(states);
  }
}

function distinct(states: readonly State[]): readonly State[] {
  if (states.length < 2) return states;
  return [...new Map(states.map((state) => [JSON.stringify(state), state])).values()];
}
