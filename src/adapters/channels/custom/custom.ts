import { Worker } from 'node:worker_threads';
import { BaseNotifier, NotifyError, type AlertMessage, type Attempt } from '../../../ports/channel.js';
import type { Cancel } from '../../../ports/clock.js';
import type { ChannelTools, Prepared } from '../kind.js';
import type { FromWorker, ToWorker, WorkerPlan } from './messages.js';

/** How long a module may take to load, and its thread to answer a ping, in milliseconds. */
const LOADING = 10_000;
const PONG = 2_000;
/** A module that leaks memory ends its own thread, not the daemon. */
const MEMORY_MB = 256;
const SCRIPT = new URL('./worker.js', import.meta.url);
const LONGEST_LINE = 500;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One run of the thread. */
interface Life {
  readonly worker: Worker;
  readonly ready: Promise<void>;
  readonly waiting: Map<number, Waiting>;
}

/** A custom notifier. Its thread is ended when it hangs, and started again when it is needed. See decision 15. */
export class CustomNotifier extends BaseNotifier implements Prepared {
  readonly #script: URL;
  readonly #plan: WorkerPlan;
  readonly #tools: ChannelTools;
  #life: Life | undefined;
  #number = 0;
  #ping: Cancel | undefined;
  #closed: (() => void) | undefined;

  /**
   * @param module the URL of a module that exports a class extending `BaseNotifier`
   * @param script what the thread runs
   */
  constructor(
    module: string,
    settings: Readonly<Record<string, unknown>>,
    tools: ChannelTools,
    script: URL = SCRIPT,
  ) {
    super(settings);
    this.#script = script;
    this.#plan = { module, settings };
    this.#tools = tools;
  }

  /** Loads the module. Rejects with an `Error` that says why it cannot be used. */
  async prepare(): Promise<void> {
    await this.#alive().ready;
  }

  override async notify(alert: AlertMessage, { signal, attempt }: Attempt): Promise<void> {
    const { outlet } = this.#tools;
    // What the module makes of it only the module knows.
    if (outlet !== undefined) {
      outlet(alert);
      return;
    }
    const life = this.#alive();
    await life.ready;
    if (signal.aborted) throw new NotifyError('its thread was not ready in time');
    const number = ++this.#number;
    const abort = (): void => {
      tell(life, { kind: 'abort', number });
      this.#askWhetherItTurns(life);
    };
    try {
      await new Promise<void>((resolve, reject) => {
        life.waiting.set(number, { resolve, reject });
        signal.addEventListener('abort', abort, { once: true });
        tell(life, { kind: 'notify', number, alert, attempt });
      });
    } finally {
      life.waiting.delete(number);
      signal.removeEventListener('abort', abort);
    }
  }

  override async close(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    const cancel = this.#tools.clock.after(PONG, () => this.#closed?.());
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      tell(life, { kind: 'close' });
    });
    cancel();
    this.#ping?.();
    this.#life = undefined;
    await life.worker.terminate();
  }

  #alive(): Life {
    this.#life ??= this.#begin();
    return this.#life;
  }

  #begin(): Life {
    const { clock, logger, policy } = this.#tools;
    const worker = new Worker(this.#script, {
      workerData: this.#plan,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    const waiting = new Map<number, Waiting>();
    const ready = new Promise<void>((resolve, reject) => {
      const tooLate = clock.after(LOADING, () => {
        this.#end(life, 'it could not be loaded in time');
      });
      waiting.set(0, {
        resolve: () => {
          tooLate();
          resolve();
        },
        reject: (error) => {
          tooLate();
          reject(error);
        },
      });
    });
    // Callers that wait get the error; otherwise the first attempt does.
    ready.catch(() => undefined);
    const life: Life = { worker, ready, waiting };
    worker.on('message', (message: FromWorker) => this.#hear(life, message));
    worker.on('error', (error) => this.#end(life, `its thread has failed: ${error.message}`));
    worker.on('exit', (code) => this.#end(life, `its thread has ended (${code})`));
    // Standard output belongs to the daemon.
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        logger.info('channel says', { channel: policy.name, text: text.slice(0, LONGEST_LINE).trimEnd() });
      });
    }
    return life;
  }

  #hear(life: Life, message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        settle(life, 0)?.resolve();
        return;
      case 'unusable':
        this.#end(life, message.problem);
        return;
      case 'done':
        settle(life, message.number)?.resolve();
        return;
      case 'failed':
        settle(life, message.number)?.reject(new NotifyError(message.message, message));
        return;
      case 'pong':
        this.#ping?.();
        this.#ping = undefined;
        return;
      case 'closed':
        this.#closed?.();
        return;
    }
  }

  /** A thread whose event loop hangs can only be ended. */
  #askWhetherItTurns(life: Life): void {
    if (this.#ping !== undefined || this.#life !== life) return;
    tell(life, { kind: 'ping' });
    this.#ping = this.#tools.clock.after(PONG, () => {
      this.#ping = undefined;
      this.#tools.logger.error('channel hung: its worker was terminated', {
        channel: this.#tools.policy.name,
      });
      this.#end(life, 'it hung');
    });
  }

  #end(life: Life, why: string): void {
    if (this.#life === life) this.#life = undefined;
    this.#ping?.();
    this.#ping = undefined;
    for (const { reject } of life.waiting.values()) reject(new NotifyError(why));
    life.waiting.clear();
    this.#closed?.();
    void life.worker.terminate();
  }
}

function tell({ worker }: Life, message: ToWorker): void {
  worker.postMessage(message);
}

function settle({ waiting }: Life, number: number): Waiting | undefined {
  const found = waiting.get(number);
  waiting.delete(number);
  return found;
}
