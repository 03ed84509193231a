import { SimulatedApp, type SimulationOptions } from './simulated-app.js';

/**
 * The simulated daemon of a suite, stopped after each test. A test may replace it: with one on the same disk
 * and clock, or with a new one.
 */
class DaemonOfSuite {
  #options: SimulationOptions = {};
  #running: SimulatedApp | undefined;

  get #daemon(): SimulatedApp {
    if (this.#running === undefined) throw new TypeError('no daemon has been started');
    return this.#running;
  }

  get app(): SimulatedApp['app'] {
    return this.#daemon.app;
  }

  get clock(): SimulatedApp['clock'] {
    return this.#daemon.clock;
  }

  get store(): SimulatedApp['store'] {
    return this.#daemon.store;
  }

  get storeOfNodes(): SimulatedApp['storeOfNodes'] {
    return this.#daemon.storeOfNodes;
  }

  get logger(): SimulatedApp['logger'] {
    return this.#daemon.logger;
  }

  get fatal(): SimulatedApp['fatal'] {
    return this.#daemon.fatal;
  }

  ask(...call: Parameters<SimulatedApp['ask']>): ReturnType<SimulatedApp['ask']> {
    return this.#daemon.ask(...call);
  }

  askNode(...call: Parameters<SimulatedApp['askNode']>): ReturnType<SimulatedApp['askNode']> {
    return this.#daemon.askNode(...call);
  }

  history(...call: Parameters<SimulatedApp['history']>): ReturnType<SimulatedApp['history']> {
    return this.#daemon.history(...call);
  }

  online(...call: Parameters<SimulatedApp['online']>): ReturnType<SimulatedApp['online']> {
    return this.#daemon.online(...call);
  }

  flips(...call: Parameters<SimulatedApp['flips']>): ReturnType<SimulatedApp['flips']> {
    return this.#daemon.flips(...call);
  }

  kill(): Promise<void> {
    return this.#daemon.kill();
  }

  async start(options: SimulationOptions = {}): Promise<void> {
    this.#options = options;
    this.#running = await SimulatedApp.start(options);
  }

  /** Starts it with the same options except these, on the same store and clock. */
  startAgain(changes: SimulationOptions = {}): Promise<void> {
    return this.start({ ...this.#options, store: this.store, clock: this.clock, ...changes });
  }

  async killAndStart(downtime = 0): Promise<void> {
    await this.kill();
    this.clock.standStill(downtime);
    await this.startAgain();
  }

  async stop(): Promise<void> {
    await this.#running?.app.stop();
    this.#running = undefined;
  }
}

interface Suite {
  /** The options of each test's daemon. Without them, a test starts it itself. */
  readonly options?: () => SimulationOptions;
  /** Undoes what would keep the daemon from stopping. */
  readonly mend?: () => void;
}

/** Gives each test of the suite a daemon. */
export function withDaemon({ options, mend }: Suite = {}): DaemonOfSuite {
  const daemon = new DaemonOfSuite();
  if (options !== undefined) beforeEach(() => daemon.start(options()));
  afterEach(async () => {
    mend?.();
    await daemon.stop();
  });
  return daemon;
}
