import type { Cancel, Environment } from './environment.js';
import { randomName } from './device-name.js';
import { sendUnwatch } from './frames.js';
import type { ClientFrame, OpenTransport, ServerFrame } from './transport.js';
import { HeartbeatClientError, type User } from './types.js';
import { ANSWER_WITHIN, BEAT_EVERY, USERS_A_FRAME } from './limits.js';

/** @param rejected the places of entries that were refused; undefined if none was taken */
type Reply = (error?: HeartbeatClientError, rejected?: readonly number[]) => void;

/** Called until the link is closed. */
export interface LinkEvents {
  opened(): void;
  users(users: readonly User[]): void;
  /** The token ends soon. */
  expiring(): void;
  /** Something that nobody asked for was refused. */
  error(error: HeartbeatClientError): void;
  /** Devices are held by timers, each time for so many seconds. */
  timeout(seconds: number): void;
  /** It is of no use any more: close it. */
  ended(retryAfter?: number): void;
}

/** Asks the daemon over one transport, and notices when no answer comes any more. */
export interface Link {
  /** @param reply called once, when it is closed at the latest */
  ask(frame: ClientFrame, reply: Reply): void;
  /** @param watched called with those whose state has come, in parts */
  watch(
    users: readonly string[],
    watched: (users: readonly string[], error?: HeartbeatClientError) => void,
  ): void;
  unwatch(users: readonly string[]): void;
  /** Finds out soon whether it still works. */
  readonly beat: () => void;
  close(): void;
}

export function openLink(env: Environment, open: OpenTransport, events: LinkEvents): Link {
  const pending = new Map<unknown, Reply>();
  /** No other tab has the same: they hear the answers, too. */
  const name = randomName(env);
  let count = 0;
  let isClosed = false;
  let beatEvery: number = BEAT_EVERY;
  let nextBeat: Cancel | undefined;
  let patience: Cancel | undefined = env.after(ANSWER_WITHIN, ended);

  const transport = open({
    opened() {
      if (isClosed) return;
      scheduleBeat();
      events.opened();
    },
    received(frame) {
      if (isClosed) return;
      patience?.();
      patience = undefined;
      received(frame);
      expectAnswer();
    },
    closed: ended,
  });

  function received(frame: ServerFrame): void {
    if (frame.type === 'ok') take(frame.ref)?.();
    else if (frame.type === 'error') {
      const error = new HeartbeatClientError(frame.code, frame.error, frame.status);
      if (frame.ref === undefined) events.error(error);
      else take(frame.ref)?.(error, frame.rejected);
    } else if (frame.type === 'users') events.users(frame.users);
    else if (frame.type === 'expiring') events.expiring();
    else if (frame.type === 'timeout') {
      // Three times in it, and never later.
      beatEvery = (800 / 3) * frame.seconds;
      scheduleBeat();
      events.timeout(frame.seconds);
    }
  }

  function take(ref: unknown): Reply | undefined {
    const reply = pending.get(ref);
    pending.delete(ref);
    return reply;
  }

  function expectAnswer(): void {
    if (pending.size > 0 && !isClosed) patience ??= env.after(ANSWER_WITHIN, ended);
  }

  function ended(retryAfter?: number): void {
    if (!isClosed) events.ended(retryAfter);
  }

  function scheduleBeat(): void {
    nextBeat?.();
    nextBeat = env.after(beatEvery * (1 + env.random() / 4), link.beat);
  }

  const link: Link = {
    ask(frame, reply) {
      const ref = `${name}-${++count}`;
      pending.set(ref, reply);
      expectAnswer();
      transport.send({ ...frame, ref });
    },
    watch(users, watched) {
      const some = users.slice(0, USERS_A_FRAME);
      if (users.length === 0 || isClosed) return;
      link.ask({ type: 'watch', users: some }, (error, rejected) => {
        const isTaken = (_: string, index: number): boolean => !error || rejected?.includes(index) === false;
        watched(some.filter(isTaken), error);
        // One after the other: the daemon sends the state of each part before it takes many more.
        link.watch(users.slice(USERS_A_FRAME), watched);
      });
    },
    unwatch(users) {
      sendUnwatch(transport, users);
    },
    beat() {
      scheduleBeat();
      link.ask({ type: 'beat' }, (error) => {
        if (error && !isClosed) events.error(error);
      });
    },
    close() {
      isClosed = true;
      patience?.();
      nextBeat?.();
      transport.close();
      // Nobody reads this error: whoever closes it has another link, or none.
      for (const reply of pending.values()) reply(new HeartbeatClientError('', ''));
    },
  };
  return link;
}
