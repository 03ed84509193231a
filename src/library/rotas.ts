import type { OverrideCommand } from '../../actors/notifier/notifier.protocol.js';
import type { Daemon } from '../app/api/daemon.js';
import { turnAt, type Rota, type RotaPerson, type TurnLength } from '../domain/rota.js';
import { overrideStateAt, parseOverrideId, type RotaOverride } from '../domain/rota-override.js';
import { SILENCE_STATES, type SilenceState } from '../domain/silence.js';
import { HeartbeatError } from '../errors.js';
import { sentenceFor } from '../views/messages.js';
import { parseOverride, rotaView } from '../views/rota-view.js';
import { refuse, refuseBody } from './arguments.js';
import { callDaemon, duringCall } from './calls.js';
import { aDate, aText, expectArgument, isPlain, must, refuseProblems } from './checks.js';
import { stateFilter } from './silences.js';
import { systemClock } from './clock.js';

/** People who are on call in turn, as the settings have them. */
export interface RotaDescription {
  readonly name: string;
  /** In the order of their turns, each with the name of a notifier. */
  readonly people: readonly RotaPerson[];
  readonly turns: TurnLength;
  /** A day on which a turn of the first person begins, as in `2026-11-30`. */
  readonly start: string;
  /** When turns begin, as in `09:00`. */
  readonly handOver: string;
  readonly timeZone: string;
}

/** Who is on call. */
export interface TurnDescription {
  readonly rota: string;
  readonly on: RotaPerson;
  readonly since: Date;
  readonly until: Date;
  /** Who is on call then. */
  readonly next: RotaPerson;
  /** The id of the override that puts this person on call; undefined if it is their turn. */
  readonly override: string | undefined;
  /** Whose turn it is, if there is an override. */
  readonly insteadOf: RotaPerson | undefined;
}

/** Who is on call in place of whoever has the turn. */
export interface OverrideOptions {
  /** One of the people of the rota. */
  readonly person: string;
  /** Now, if absent or in the past. */
  readonly startsAt?: Date | undefined;
  readonly endsAt: Date;
  /** Who makes the override: 1 to 255 characters. */
  readonly by: string;
  /** Shown wherever it is listed: 1 to 1,000 characters. */
  readonly reason?: string | undefined;
}

/** An override, and its state when it was asked for. */
export interface OverrideDescription {
  readonly id: string;
  readonly state: SilenceState;
  readonly person: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly by: string;
  readonly reason: string | undefined;
  readonly updatedAt: Date;
}

/** A filter of overrides. */
export interface OverrideFilter {
  readonly state?: SilenceState | readonly SilenceState[];
}

const anOverride = must('an object with person, endsAt and by, and optionally startsAt and reason', isPlain);

/** Rotas: who is on call. */
export class Rotas {
  readonly #daemon: () => Promise<Daemon>;

  constructor(daemon: () => Promise<Daemon>) {
    this.#daemon = daemon;
  }

  async list(): Promise<readonly RotaDescription[]> {
    const daemon = await this.#daemon();
    return daemon.rotas.all.map((rota) => {
      const { hand_over: handOver, time_zone: timeZone, ...rest } = rotaView(rota);
      return { ...rest, handOver, timeZone };
    });
  }

  /** @throws HeartbeatError `HEARTBEAT_NO_SUCH_ROTA`, like the calls below */
  async now(name: string): Promise<TurnDescription> {
    expectArgument("a rota's name", name, aText);
    const daemon = await this.#daemon();
    return duringCall(daemon, () => {
      const rota = rotaOf(daemon, name);
      const made = daemon.rotas.overrides();
      const { on, from, until, next, override } = turnAt(rota, systemClock.wall(), made);
      return Promise.resolve({
        rota: name,
        on,
        since: new Date(from),
        until: new Date(until),
        next,
        override: override?.id,
        insteadOf: override?.insteadOf,
      });
    });
  }

  /** The overrides of a rota, newest first: all that are kept, or those in one of these states. */
  async overrides(name: string, filter: OverrideFilter = {}): Promise<readonly OverrideDescription[]> {
    expectArgument("a rota's name", name, aText);
    refuseProblems('filter', stateFilter(filter, 'filter'));
    const states = filter.state === undefined ? SILENCE_STATES : [filter.state].flat();
    const daemon = await this.#daemon();
    const { name: rota } = rotaOf(daemon, name);
    const all = daemon.rotas.overrides().filter((each) => each.rota === rota);
    return all
      .map(described)
      .filter(({ state }) => states.includes(state))
      .toReversed();
  }

  /**
   * Puts one of the people of a rota on call, in place of whoever has the turn. Resolves once that is on disk.
   *
   * @throws HeartbeatError `HEARTBEAT_INVALID_BODY`, `HEARTBEAT_TOO_MANY_OVERRIDES`
   */
  async override(name: string, override: OverrideOptions): Promise<OverrideDescription> {
    expectArgument("a rota's name", name, aText);
    expectArgument('an override', override, anOverride);
    const { startsAt, endsAt, ...others } = override;
    if (startsAt !== undefined) expectArgument("an override's startsAt", startsAt, aDate);
    expectArgument("an override's endsAt", endsAt, aDate);
    const daemon = await this.#daemon();
    const body = {
      ...others,
      ...(startsAt !== undefined && { starts_at: startsAt.getTime() / 1000 }),
      ends_at: endsAt.getTime() / 1000,
    };
    const read = parseOverride(body, rotaOf(daemon, name), systemClock.wall());
    if ('problems' in read) return refuseBody('override', read.problems);
    return ask(daemon, (answered) => ({ kind: 'override', request: read, answered }));
  }

  /**
   * Ends an override. One that is over stays as it is.
   *
   * @throws HeartbeatError `HEARTBEAT_NO_SUCH_OVERRIDE`
   */
  async endOverride(name: string, id: string): Promise<OverrideDescription> {
    expectArgument("a rota's name", name, aText);
    expectArgument("an override's id", id, aText);
    const daemon = await this.#daemon();
    const { name: rota } = rotaOf(daemon, name);
    const read = parseOverrideId(id) ?? refuse('HEARTBEAT_NO_SUCH_OVERRIDE');
    return ask(daemon, (answered) => ({ kind: 'end_override', rota, id: read, answered }));
  }
}

function rotaOf({ rotas }: Daemon, name: string): Rota {
  return rotas.all.find((each) => each.name === name) ?? refuse('HEARTBEAT_NO_SUCH_ROTA');
}

function ask(
  daemon: Daemon,
  command: (answered: OverrideCommand['answered']) => OverrideCommand,
): Promise<OverrideDescription> {
  return callDaemon(daemon, (resolve, reject) => {
    daemon.rotas.command(
      command((reply) => {
        if (reply.kind === 'override') resolve(described(reply.override));
        else reject(new HeartbeatError(reply.code, sentenceFor(reply.code)));
      }),
    );
  });
}

function described(override: RotaOverride): OverrideDescription {
  const { id, person, startsAt, endsAt, by, reason, updatedAt } = override;
  return {
    id,
    state: overrideStateAt(override, systemClock.wall()),
    person,
    startsAt: new Date(startsAt),
    endsAt: new Date(endsAt),
    by,
    reason,
    updatedAt: new Date(updatedAt),
  };
}
