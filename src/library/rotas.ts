import type { Daemon } from '../app/api.js';
import { turnAt, type RotaPerson, type TurnLength } from '../domain/rota.js';
import { rotaView } from '../views/rota-view.js';
import { refuse } from './arguments.js';
import { duringCall } from './calls.js';
import { aText, expectArgument } from './checks.js';
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
  /** Whose turn comes then. */
  readonly next: RotaPerson;
}

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

  /** @throws HeartbeatError `HEARTBEAT_NO_SUCH_ROTA` */
  async now(name: string): Promise<TurnDescription> {
    expectArgument("a rota's name", name, aText);
    const daemon = await this.#daemon();
    return duringCall(daemon, () => {
      const rota = daemon.rotas.all.find((each) => each.name === name);
      if (rota === undefined) return refuse('HEARTBEAT_NO_SUCH_ROTA');
      const { on, from, until, next } = turnAt(rota, systemClock.wall());
      return Promise.resolve({ rota: name, on, since: new Date(from), until: new Date(until), next });
    });
  }
}
