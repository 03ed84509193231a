import type { ExitSignal, RunningChild } from '../../actors/supervisor/child-spec.js';
import type { Clock } from '../ports/clock.js';
import type { Watchdog } from '../runtime/watchdog.js';
import { runsOf, type Partition } from './partition.js';

interface GatewayChildDeps {
  readonly partitions: readonly Partition[];
  readonly clock: Pick<Clock, 'now'>;
  readonly watchdog: Pick<Watchdog, 'partDown' | 'partUp' | 'refuseNew'>;
  isStopping(): boolean;
  start(exitSignal: ExitSignal): RunningChild | Promise<RunningChild>;
}

/** The gateway in the supervision tree: while it does not listen, nobody is heard, and no silence counts. */
export class GatewayChild {
  readonly #deps: GatewayChildDeps;
  #isDown = false;

  constructor(deps: GatewayChildDeps) {
    this.#deps = deps;
  }

  async start(exitSignal: ExitSignal): Promise<RunningChild> {
    const { watchdog } = this.#deps;
    const child = await this.#deps.start({
      crashed: (error) => {
        this.#isDown = true;
        watchdog.partDown(this);
        exitSignal.crashed(error);
      },
    });
    this.#isDown = false;
    watchdog.partUp(this);
    return {
      inspect: () => child.inspect(),
      stop: async () => {
        if (this.#deps.isStopping()) this.#refuseNew();
        await child.stop();
        if (this.#deps.isStopping()) this.#stopListening();
      },
    };
  }

  /** It is not started again if it is down. */
  end(): void {
    if (!this.#isDown) return;
    this.#refuseNew();
    this.#stopListening();
  }

  /**
   * The gateway closes, which takes as long as slow requests and sockets do. It refuses new connections meanwhile, so
   * this must not count as anybody's silence.
   */
  #refuseNew(): void {
    const { partitions, watchdog } = this.#deps;
    const at = watchdog.refuseNew();
    for (const run of runsOf(partitions)) run.refuseNew(at);
  }

  /** From here on nobody is heard at all. */
  #stopListening(): void {
    const { partitions, clock } = this.#deps;
    const now = clock.now();
    for (const run of runsOf(partitions)) run.stopListening(now);
  }
}
