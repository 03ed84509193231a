import { useState } from 'preact/hooks';
import { asError } from './problems.js';

/** Something that a reader has the daemon do. */
export interface Action {
  readonly isUnderWay: boolean;
  /** Why the last one was refused. */
  readonly error: Error | undefined;
  /** Does it. @returns whether it was done */
  readonly act: (call: () => Promise<unknown>) => Promise<boolean>;
  readonly forget: () => void;
}

export function useAction(): Action {
  const [isUnderWay, setUnderWay] = useState(false);
  const [error, setError] = useState<Error>();
  const act = async (call: () => Promise<unknown>): Promise<boolean> => {
    setError(undefined);
    setUnderWay(true);
    try {
      await call();
      return true;
    } catch (failure) {
      setError(asError(failure));
      return false;
    } finally {
      setUnderWay(false);
    }
  };
  return { isUnderWay, error, act, forget: () => setError(undefined) };
}
