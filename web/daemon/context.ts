import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { StreamedEvent } from '../../src/client/api/index.js';
import { RepeatedRead } from './repeated-read.js';
import type { Session } from './session.js';
import { useStore } from './store.js';

export const SessionContext = createContext<Session | undefined>(undefined);

/** Within the shell there is always one. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('there is no session outside the shell');
  return session;
}

/**
 * The daemon's time.
 *
 * @param every the view is drawn again when it has moved by so many milliseconds, a second or more
 */
export function useNow(every = 1000): Date {
  const { live } = useSession();
  const [now, setNow] = useState(() => live.now());
  useEffect(() => {
    const step = (time: Date): number => Math.floor(time.getTime() / every);
    const { clock } = live;
    return clock.subscribe(() => setNow((last) => (step(last) === step(clock.value) ? last : clock.value)));
  }, [live, every]);
  return now;
}

export interface Query<Value> {
  /** What was read last; it stays while it is read again. */
  readonly value: Value | undefined;
  /** Why it could not be read last. */
  readonly error: Error | undefined;
  /** Reads it again. */
  readonly reload: () => void;
}

interface QueryOptions {
  /** Which events may change it. */
  readonly on?: (event: StreamedEvent) => boolean;
  /** Milliseconds after which it is read again in any case: not every change is an event. */
  readonly every?: number;
}

interface Result<Value> {
  readonly key: string;
  readonly value?: Value;
  readonly error?: Error;
  /** Of the connection, in which reading failed. */
  readonly round?: number;
}

/**
 * Reads something from the daemon, and again when it changes or when the daemon was away.
 *
 * @param key what is read: with another one, what was read before is dropped
 */
export function useQuery<Value>(
  key: string,
  read: (signal: AbortSignal) => Promise<Value>,
  { on, every }: QueryOptions = {},
): Query<Value> {
  const { live } = useSession();
  const { round } = useStore(live.link);
  const [result, setResult] = useState<Result<Value>>({ key });
  const latest = useRef({ read, on });
  latest.current = { read, on };
  const reload = useRef<() => void>(() => undefined);

  useEffect(() => {
    const reading = new RepeatedRead({
      read: (signal) => latest.current.read(signal),
      done: (value) => setResult({ key, value }),
      failed: (error) =>
        setResult((last) => (last.key === key ? { ...last, error, round } : { key, error, round })),
      every,
    });
    const ignore = live.onEvent((event) => {
      if (latest.current.on?.(event) === true) reading.changed();
    });
    reload.current = reading.again;
    return () => {
      reading.end();
      ignore();
    };
  }, [live, key, round, every]);

  if (result.key !== key) return { value: undefined, error: undefined, reload: () => reload.current() };
  const { value, error } = result;
  // It is being read again since the daemon is back: what failed before says nothing of now.
  const isOver = value !== undefined && result.round !== round;
  return { value, error: isOver ? undefined : error, reload: () => reload.current() };
}
