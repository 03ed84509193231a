import winston from 'winston';
import type { Logger, LogFields } from '../../ports/logger.js';

export interface LoggerOptions {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly format: 'json' | 'pretty';
}

/** One line an event, to a stream that is not standard output: that one carries the address and nothing else. */
export function createLogger(options: LoggerOptions, stream: NodeJS.WritableStream): Logger {
  const { combine, timestamp, json, printf, colorize } = winston.format;
  const format =
    options.format === 'json'
      ? combine(timestamp(), json())
      : combine(timestamp({ format: 'HH:mm:ss.SSS' }), colorize(), printf(prettyLine));
  const winstonLogger = winston.createLogger({
    level: options.level,
    format,
    transports: [new winston.transports.Stream({ stream })],
  });
  const log =
    (level: LoggerOptions['level']) =>
    (event: string, fields: LogFields = {}): void => {
      winstonLogger.log(level, event, plain(fields));
    };
  return { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') };
}

/** Errors as data: JSON would make `{}` of one. */
function plain(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? errorFields(value) : value]),
  );
}

function errorFields(error: Error): object {
  return {
    name: error.name,
    message: error.message,
    ...('code' in error ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause instanceof Error ? { cause: errorFields(error.cause) } : {}),
  };
}

function prettyLine({ timestamp, level, message, ...fields }: winston.Logform.TransformableInfo): string {
  const details = Object.entries(fields).map(([key, value]) => `${key}=${shown(value)}`);
  return [String(timestamp), level, String(message), ...details].join(' ');
}

function shown(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
}
