import { expect } from 'chai';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { SimulatedApp } from '../support/simulated-app.js';

/** A store whose close may fail. */
class Stuck extends MemoryHistoryStore {
  closings = 0;
  readonly #error: Error | undefined;

  constructor(error?: Error) {
    super();
    this.#error = error;
  }

  override close(): Promise<void> {
    this.closings++;
    return this.#error === undefined ? Promise.resolve() : Promise.reject(this.#error);
  }
}

describe('a daemon whose store cannot be closed', () => {
  it('closes those of its other partitions, ends its actors, and then fails', async () => {
    const stores: Stuck[] = [];
    const simulated = await SimulatedApp.start({
      flags: { '--partitions': '3' },
      storeOf: () => {
        const store = new Stuck(stores.length === 0 ? new Error('the disk hangs') : undefined);
        stores.push(store);
        return store;
      },
    });
    const stopped = simulated.app.stop().then(
      () => undefined,
      (error: unknown) => error,
    );
    await simulated.clock.advance(60_000);
    expect(await stopped).to.have.property('message', 'the disk hangs');
    // The watch has a partition of its own.
    expect(stores.map(({ closings }) => closings)).to.deep.equal([1, 1, 1, 1]);
    expect(simulated.logger.events()).to.include('stopping').and.not.include('stopped');
  });
});
