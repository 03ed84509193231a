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

/** A request, and its answer once there is one. */
export interface Asked {
  readonly kind: UserCommand['kind'];
  at: Arrival;
  answer: UserReply | undefined;
  /** What may excuse a refusal, as of the time it was answered. */
  disk: 'works' | 'fails';
  /** A fault that made a settlement crash, so that nobody knows what became of it. */
  unsure: boolean;
}

type Event =
  | ({ readonly type: 'asked' } & Asked & Context)
  | ({ readonly type: 'stalled'; readonly behind: boolean } & Stall);

interface Context {
  /** Changes were under way when it was asked, so nothing is promised of what it sees. */
  racing: boolean;
  /** It waits to be answered, and the user was healed meanwhile: perhaps at the very deadline, which goes on. */
  healedSince: boolean;
  readonly joins: boolean;
}

const CHANGES: ReadonlySet<UserCommand['kind']> = new Set(['heal', 'goodbye', 'erase']);

/** One user as the promises have it: every way things may stand, given all that was asked, answered and seen. */
export class UserModel {
  readonly #rules: Rules;
  readonly #name: string;
  #states: readonly State[] = [STRANGER];
  /** What has happened since the first request that waits for its answer, in order. */
  #events: Event[] = [];
  #erasures = 0;

  constructor(name: string, rules: Rules) {
    this.#name = name;
    this.#rules = rules;
  }

  get states(): readonly State[] {
    return this.#states;
  }

  /** Nothing that would change it is under way. */
  get atRest(): boolean {
    return this.#events.length === 0;
  }

  /** @returns what is to be told the answer, and then `answered` */
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

  /** A question that waits for all that arrived in time to be read is answered as of then. */
  #overtake(kind: UserCommand['kind']): void {
    for (const event of this.#events) {
      if (event.type !== 'asked' || event.answer !== undefined || CHANGES.has(event.kind)) continue;
      if (kind === 'heal') event.healedSince = true;
      else event.racing = true;
    }
  }

  /** What is to change something and has not been answered. */
  #changes(): readonly Asked[] {
    const asked = this.#events.filter((event) => event.type === 'asked');
    return asked.filter(({ kind, answer }) => CHANGES.has(kind) && answer === undefined);
  }

  /** Somebody sets the wall clock. When it was that somebody asked who waits behind another, is anybody's guess. */
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
    // Whoever waits behind another change has no deadline yet that could move.
    this.#events.push({ type: 'stalled', ...stall, behind: this.#changes().length > 1 });
    this.answered();
  }

  /** Everything that has ended by now is on disk. */
  settled(now: number): void {
    this.#become(
      'settling',
      this.#states.map((state) => ({ ...expired(state, now), ifKilled: [] })),
    );
  }

  /** What was under way may have reached the disk, and the daemon has found there what there was. */
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

  /** What a history that is asked for now has to have in it, unless all is erased before it is answered. */
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
    if (kind === 'goodbye') return goodbyeRefusedByDisk(state, at);
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
