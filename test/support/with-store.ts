import type { HistoryStore } from '../../src/ports/history-store.js';

/** A history store on data of its own. */
export interface StoredData<Store extends HistoryStore = HistoryStore, Options = never> {
  readonly store: Store;
  /** A new store on the same data, opened after the other one was closed, as a restart does. */
  reopen(options?: Options): Promise<Store>;
  /** Closes the store and removes the data. */
  dispose(): Promise<void>;
}

/** The store of a suite. A test may reopen it, as a restart does. */
class StoreOfSuite<Store extends HistoryStore, Options, Data extends StoredData<Store, Options>> {
  #data: Data | undefined;
  #store: Store | undefined;

  get data(): Data {
    if (this.#data === undefined) throw new TypeError('no store has been made');
    return this.#data;
  }

  get store(): Store {
    return this.#store ?? this.data.store;
  }

  async reopen(options?: Options): Promise<void> {
    this.#store = await this.data.reopen(options);
  }

  async make(make: () => Promise<Data>): Promise<void> {
    this.#store = undefined;
    this.#data = await make();
  }
}

/** Gives each test of the suite a store, or all of them the same one. */
export function withStore<Store extends HistoryStore, Options, Data extends StoredData<Store, Options>>(
  make: () => Promise<Data & StoredData<Store, Options>>,
  scope: 'each' | 'all' = 'each',
): StoreOfSuite<Store, Options, Data> {
  const history = new StoreOfSuite<Store, Options, Data>();
  const [begin, end] = scope === 'each' ? [beforeEach, afterEach] : [before, after];
  begin(() => history.make(make));
  end(() => history.data.dispose());
  return history;
}
