import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { StreamedEvent } from '../../src/client/api/index.js';
import type { Session } from './session.js';
import { useStore } from './store.js';

export const SessionContext = createContext<Session | undefined>(undefined);

/** Within the shell there is always one. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('there is no session outside the shell');
  return session;
}

/** The daemon's time, again every second. */
export function useNow(): Date {
  const { live } = useSession();
  const [now, setNow] = useState(() => live.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(live.now()), 1000);
    return () => clearInterval(timer);
  }, [live]);
  return now;
}

export interface Query<Value> {
  /** What was read last; it stays while it is read again. */
  readonly value: Value | undefined;
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

/** Events come in crowds. */
const GATHER = 250;

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
  const [result, setResult] = useState<{ key: string; value?: Value; error?: Error }>({ key });
  const latest = useRef({ read, on });
  latest.current = { read, on };
  const reload = useRef<() => void>(() => undefined);

  useEffect(() => {
    const stop = new AbortController();
    const isOver = (): boolean => stop.signal.aborted;
    let isReading = false;
    let isAsked = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async (): Promise<void> => {
      isAsked = true;
      if (isReading) return;
      isReading = true;
      while (isAsked && !isOver()) {
        isAsked = false;
        clearTimeout(timer);
        try {
          const value = await latest.current.read(stop.signal);
          if (!isOver()) setResult({ key, value });
        } catch (error) {
          const problem = error instanceof Error ? error : new Error(String(error));
          if (!isOver())
            setResult((last) => (last.key === key ? { ...last, error: problem } : { key, error: problem }));
        }
      }
      isReading = false;
      if (every !== undefined && !isOver()) later(every);
    };
    const later = (wait: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void load(), wait);
    };
    const ignore = live.onEvent((event) => {
      if (latest.current.on?.(event) === true) later(GATHER);
    });
    reload.current = () => void load();
    void load();
    return () => {
      stop.abort();
      clearTimeout(timer);
      ignore();
    };
  }, [live, key, round, every]);

  const own = result.key === key ? result : undefined;
  return { value: own?.value, error: own?.error, reload: () => reload.current() };
}
