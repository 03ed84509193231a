import type { LogFields, Logger } from '../ports/logger.js';
import type { LogMethod, LogTarget } from './options.js';

type Level = keyof Logger;

/** The program's own logger, as the actors are given it: nothing that it throws reaches them. */
export function guardedLogger(target: LogTarget): Logger {
  const log = (level: Level): LogMethod => {
    return (event: string, fields: LogFields = {}) => {
      try {
        target[level]?.(event, fields);
      } catch {
        // There is nobody left to tell.
      }
    };
  };
  return { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') };
}

export function hasMethods({ error, warn, info, debug }: LogTarget): boolean {
  return [error, warn, info, debug].some((method) => method !== undefined);
}
