import { PassThrough } from 'node:stream';
import { createLogger, type LoggerOptions } from '../../../src/adapters/winston/winston-logger.js';
import type { Logger } from '../../../src/ports/logger.js';

/** The logged lines. */
export class Lines {
  readonly logger: Logger;
  readonly #stream = new PassThrough();
  #text = '';

  constructor(options: Partial<LoggerOptions> = {}, { isTerminal = false, env = {} } = {}) {
    this.#stream.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
    });
    if (isTerminal) Object.assign(this.#stream, { isTTY: true });
    this.logger = createLogger({ level: 'debug', format: 'json', ...options }, this.#stream, undefined, env);
  }

  get all(): string[] {
    return this.#text.split('\n').slice(0, -1);
  }

  /** The only line. */
  get one(): string {
    const [line, ...others] = this.all;
    if (line === undefined || others.length > 0) throw new Error(`${this.all.length} lines`);
    return line;
  }

  get data(): Record<string, unknown> {
    return JSON.parse(this.one) as Record<string, unknown>;
  }

  /** As when its reader has ended. */
  breakOff(): void {
    this.#stream.destroy(new Error('EPIPE'));
  }
}
