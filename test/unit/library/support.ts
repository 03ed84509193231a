import { createHeartbeat, type HeartbeatInstance, type HeartbeatOptions } from '../../../src/index.js';
import { RecordingLogger } from '../../support/recording-logger.js';

/** All elements of an async iterable. */
export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of list) found.push(each);
  return found;
}

/** Instances that are closed after the test, with a recording logger. */
export class Instances {
  readonly #open: { close(): Promise<unknown> }[] = [];
  readonly logger = new RecordingLogger();

  async make(options: HeartbeatOptions = {}): Promise<HeartbeatInstance> {
    const instance = await createHeartbeat({ logger: this.logger, ...options });
    this.keep(instance);
    return instance;
  }

  keep(what: { close(): Promise<unknown> }): void {
    this.#open.push(what);
  }

  async clear(): Promise<void> {
    for (const instance of this.#open.splice(0).reverse()) await instance.close();
    this.logger.lines.length = 0;
  }
}
