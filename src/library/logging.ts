import type { LoggerOptions } from '../adapters/winston/winston-logger.js';
import type { LogFields, Logger } from '../ports/logger.js';
import type { LogMethod, LogTarget } from './options.js';

type Level = keyof Logger;

/** The program's own logger for the actors: nothing that it throws reaches them. */
export function guardedLogger(target: LogTarget): Logger {
  const log = (level: Level): LogMethod => {
    return (event: string, fields: LogFields = {}) => {
      try {
        target[level]?.(event, fields);
      } catch {
        // There is nowhere left to log it.
      }
    };
  };
  return { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') };
}

/** The logger if the program supplied no methods: one JSON object a line on standard error. */
export const onStandardError = (() => {
  const loggers = new Map<string, Logger>();
  // One for all instances with the same options: each has listeners on the stream for as long as the process lives.
  return async (options: LoggerOptions): Promise<Logger> => {
    const { createLogger } = await import('../adapters/winston/winston-logger.js');
    const key = `${options.level} ${options.format}`;
    const logger = loggers.get(key) ?? createLogger(options, process.stderr);
    loggers.set(key, logger);
    return logger;
  };
})();

export function hasMethods({ error, warn, info, debug }: LogTarget): boolean {
  return [error, warn, info, debug].some((method) => method !== undefined);
}
