import type { Environment } from './environment.js';

/** @returns undefined if the promise takes longer */
export function within<T>(
  env: Environment,
  milliseconds: number,
  promise: Promise<T>,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = env.after(milliseconds, () => resolve(undefined));
    void promise.then(resolve, reject).finally(cancel);
  });
}
