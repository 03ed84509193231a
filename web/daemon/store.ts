import { useEffect, useState } from 'preact/hooks';

/** A value that views follow. */
export class Store<Value> {
  #value: Value;
  readonly #listeners = new Set<() => void>();

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  set(value: Value): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export function useStore<Value>(store: Store<Value>): Value {
  const [, redraw] = useState({});
  useEffect(() => {
    const last = store.value;
    const changed = (): void => redraw({});
    const stop = store.subscribe(changed);
    // It may have changed between the drawing and now.
    if (!Object.is(last, store.value)) changed();
    return stop;
  }, [store]);
  return store.value;
}
