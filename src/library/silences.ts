import type { SilenceCommand } from '../../actors/notifier/notifier.protocol.js';
import { SILENCE_STATES, silenceStateAt, type Silence, type SilenceState } from '../domain/silence.js';
import { parseSilenceId } from '../domain/silence-id.js';
import type { Daemon } from '../app/api/daemon.js';
import { HeartbeatError } from '../errors.js';
import { sentenceFor } from '../views/messages.js';
import { parseSilence } from '../views/silence-view.js';
import { refuse, refuseBody } from './arguments.js';
import { callDaemon } from './calls.js';
import {
  aDate,
  aText,
  expectArgument,
  isPlain,
  must,
  objectOf,
  one,
  oneOf,
  refuseProblems,
} from './checks.js';
import type { Reader } from './checks.js';
import { systemClock } from './clock.js';

/** A silence to make. */
export interface SilenceOptions {
  /** In the syntax of Alertmanager, such as `env=prod` and `name=~web-.*`; all must fit a node. */
  readonly matchers: readonly string[];
  /** Now, if absent or in the past. */
  readonly startsAt?: Date | undefined;
  readonly endsAt: Date;
  /** Who silences: 1 to 255 characters. */
  readonly by: string;
  /** Shown wherever it is listed: 1 to 1,000 characters. */
  readonly reason?: string | undefined;
}

/** A silence, and its state when it was asked for. */
export interface SilenceDescription {
  readonly id: string;
  readonly state: SilenceState;
  readonly matchers: readonly string[];
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly by: string;
  readonly reason: string | undefined;
  readonly updatedAt: Date;
  /** It stands for a maintenance window of the configuration. */
  readonly maintenance: boolean;
}

/** A filter of silences. */
export interface SilenceFilter {
  readonly state?: SilenceState | readonly SilenceState[];
  /** Those of maintenance windows, with the next of each window, in place of the others. */
  readonly maintenance?: boolean;
}

const aState = one(oneOf(...SILENCE_STATES));
const states: Reader = (value, place) =>
  Array.isArray(value)
    ? value.flatMap((each, index) => aState(each, `${place}.${String(index)}`))
    : aState(value, place);
/** Checks a filter by states. */
export const stateFilter = objectOf({ state: states });
const FILTER = objectOf({
  state: states,
  maintenance: one(must('true or false', (value) => typeof value === 'boolean')),
});
const aSilence = must('an object with matchers, endsAt and by, and optionally startsAt and reason', isPlain);

/** Silences: they hold failures of nodes until they end. */
export class Silences {
  readonly #daemon: () => Promise<Daemon>;

  constructor(daemon: () => Promise<Daemon>) {
    this.#daemon = daemon;
  }

  /**
   * Silences all nodes that the matchers fit. Resolves once that is on disk.
   *
   * @throws HeartbeatError `HEARTBEAT_INVALID_BODY`, `HEARTBEAT_TOO_MANY_SILENCES`
   */
  async add(silence: SilenceOptions): Promise<SilenceDescription> {
    expectArgument('a silence', silence, aSilence);
    const { startsAt, endsAt, ...others } = silence;
    if (startsAt !== undefined) expectArgument("a silence's startsAt", startsAt, aDate);
    expectArgument("a silence's endsAt", endsAt, aDate);
    const body = {
      ...others,
      ...(startsAt !== undefined && { starts_at: startsAt.getTime() / 1000 }),
      ends_at: endsAt.getTime() / 1000,
    };
    const read = parseSilence(body, systemClock.wall());
    if ('problems' in read) return refuseBody('silence', read.problems);
    return this.#ask((answered) => ({ kind: 'silence', request: read, answered }));
  }

  /**
   * Ends a silence. One that is over stays as it is.
   *
   * @throws HeartbeatError `HEARTBEAT_NO_SUCH_SILENCE`
   */
  async expire(id: string): Promise<SilenceDescription> {
    expectArgument("a silence's id", id, aText);
    const read = parseSilenceId(id) ?? refuse('HEARTBEAT_NO_SUCH_SILENCE');
    return this.#ask((answered) => ({ kind: 'expire', id: read, within: undefined, answered }));
  }

  /** @returns undefined if there is no such silence */
  async get(id: string): Promise<SilenceDescription | undefined> {
    expectArgument("a silence's id", id, aText);
    const read = parseSilenceId(id);
    const silence = read && (await this.#daemon()).silences.get(read);
    return silence && described(silence);
  }

  /** All that are kept, newest first, or those in one of these states. */
  async list(filter: SilenceFilter = {}): Promise<readonly SilenceDescription[]> {
    refuseProblems('filter', FILTER(filter, 'filter'));
    const states = filter.state === undefined ? SILENCE_STATES : [filter.state].flat();
    const all = (await this.#daemon()).silences.list(filter.maintenance).map(described);
    return all.filter(({ state }) => states.includes(state)).toReversed();
  }

  async #ask(command: (answered: SilenceCommand['answered']) => SilenceCommand): Promise<SilenceDescription> {
    const daemon = await this.#daemon();
    return callDaemon(daemon, (resolve, reject) => {
      daemon.silences.command(
        command((reply) => {
          if (reply.kind === 'silence') resolve(described(reply.silence));
          else reject(new HeartbeatError(reply.code, sentenceFor(reply.code)));
        }),
      );
    });
  }
}

function described(silence: Silence): SilenceDescription {
  const { id, matchers, startsAt, endsAt, by, reason, updatedAt, maintenance } = silence;
  return {
    id,
    state: silenceStateAt(silence, systemClock.wall()),
    matchers: [...matchers],
    startsAt: new Date(startsAt),
    endsAt: new Date(endsAt),
    by,
    reason,
    updatedAt: new Date(updatedAt),
    maintenance: maintenance !== undefined,
  };
}
