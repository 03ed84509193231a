import type { Daemon } from '../app/api/daemon.js';
import type { Millis } from '../domain/time.js';
import { HeartbeatError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import { systemClock } from './clock.js';

/** How long a closing instance waits for its calls: with a disk that hangs, some are never answered. */
const ANSWERED: Millis = 5_000;

/** So many calls that were answered at once, then the event loop has its turn: some milliseconds of work. */
const TURN_EVERY = 1000;

/** The calls of one instance that wait for their reply. */
class Calls {
  readonly #open = new Set<() => void>();
  #answered: (() => void) | undefined;
  #isClosed = false;
  #atOnce = 0;

  /**
   * Whether the event loop needs a turn before a call that was answered at once resolves. A program that awaits such
   * calls in a loop would otherwise leave no turn to timers and sockets, and the daemon would be blind.
   */
  needsTurn(): boolean {
    this.#atOnce = (this.#atOnce + 1) % TURN_EVERY;
    return this.#atOnce === 0;
  }

  /** @returns ends the call; undefined if no call begins any more */
  begin(giveUp: () => void): (() => void) | undefined {
    if (this.#isClosed) return undefined;
    this.#open.add(giveUp);
    return () => {
      this.#open.delete(giveUp);
      if (this.#open.size === 0) this.#answered?.();
    };
  }

  async answered(clock: Clock): Promise<void> {
    // Not by the time: a timer may come a little early.
    let isOver = false;
    const cancel = clock.after(ANSWERED, () => {
      isOver = true;
      this.#answered?.();
    });
    const goesOn = (): boolean => this.#open.size > 0 && !isOver;
    do {
      // A call may just begin, and one that was answered may ask again.
      await new Promise<void>((resolve) => {
        clock.soon(resolve);
      });
      if (goesOn())
        await new Promise<void>((resolve) => {
          this.#answered = resolve;
        });
    } while (goesOn());
    cancel();
  }

  giveUp(): void {
    this.#isClosed = true;
    for (const giveUp of this.#open) giveUp();
  }
}

const calls = new WeakMap<Daemon, Calls>();

function callsOf(daemon: Daemon): Calls {
  const known = calls.get(daemon);
  if (known !== undefined) return known;
  const first = new Calls();
  calls.set(daemon, first);
  return first;
}

/**
 * Waits for a reply of the actors.
 *
 * @param ask asks; it calls one of its parameters, once
 * @throws HeartbeatError `HEARTBEAT_NOT_READY` if the instance was closed first: the call may have been carried out
 */
export function callDaemon<Reply>(
  daemon: Daemon,
  ask: (resolve: (reply: Reply) => void, reject: (error: Error) => void) => void,
): Promise<Reply> {
  return new Promise<Reply>((resolve, reject) => {
    const giveUp = (): void => {
      reject(
        new HeartbeatError('HEARTBEAT_NOT_READY', 'the instance was closed before the call was answered'),
      );
    };
    const instance = callsOf(daemon);
    const end = instance.begin(giveUp);
    if (end === undefined) {
      giveUp();
      return;
    }
    let isAtOnce = true;
    const settle = (pass: () => void): void => {
      const settled = (): void => {
        end();
        pass();
      };
      if (isAtOnce && instance.needsTurn()) systemClock.soon(settled);
      else settled();
    };
    ask(
      (reply) => settle(() => resolve(reply)),
      (error) => settle(() => reject(error)),
    );
    isAtOnce = false;
  });
}

/** Makes a call that asks several times, or the store: it is under way until all of it is done. */
export function duringCall<Outcome>(daemon: Daemon, work: () => Promise<Outcome>): Promise<Outcome> {
  return callDaemon(daemon, (resolve, reject) => {
    // It may throw before it returns a promise, and the call is over then, too.
    const begun = async (): Promise<Outcome> => work();
    begun().then(resolve, reject);
  });
}

/** What a source yields. A call is under way only while the program waits for the next item. */
export async function* pulled<Item>(daemon: Daemon, source: AsyncIterable<Item>): AsyncGenerator<Item> {
  const items = source[Symbol.asyncIterator]();
  // One that was given up may never answer, so nothing waits for its return.
  let isWaiting = true;
  try {
    for (;;) {
      isWaiting = true;
      const next = await duringCall(daemon, () => items.next());
      isWaiting = false;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    if (!isWaiting) await items.return?.();
  }
}

/** Resolves when no call waits for its reply, at the latest after 5 s. */
export function callsAnswered(daemon: Daemon, clock: Clock = systemClock): Promise<void> {
  return callsOf(daemon).answered(clock);
}

/** Rejects the calls that will get no reply. */
export function giveUpCalls(daemon: Daemon): void {
  callsOf(daemon).giveUp();
}
