import winston from 'winston';
import { wantsColor } from '../../domain/terminal-color.js';
import type { Logger, LogFields } from '../../ports/logger.js';
import { jsonOf } from './json-of.js';

/** Most severe first. */
const LEVELS = ['error', 'warn', 'info', 'debug'] as const;

export interface LevelledLogger extends Logger {
  /** Applies from now on. */
  setLevel(level: LoggerOptions['level']): void;
}

export interface LoggerOptions {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly format: 'json' | 'pretty';
}

type Info = winston.Logform.TransformableInfo;

/**
 * One line for each event, to a stream other than standard output: that carries the address and nothing else.
 *
 * @param conceal redacts a line
 */
export function createLogger(
  options: LoggerOptions,
  stream: NodeJS.WritableStream,
  conceal: (line: string) => string = (line) => line,
  env: Readonly<Record<string, string | undefined>> = process.env,
): LevelledLogger {
  const { combine, timestamp, printf, colorize } = winston.format;
  const isTerminal = 'isTTY' in stream && stream.isTTY === true;
  const hasColor = isTerminal && wantsColor(env);
  const format =
    options.format === 'json'
      ? combine(
          timestamp(),
          printf((info) => conceal(jsonLine(info))),
        )
      : combine(
          timestamp({ format: 'HH:mm:ss.SSS' }),
          ...(hasColor ? [colorize()] : []),
          printf((info) => conceal(prettyLine(info))),
        );
  // The log's reader may be gone, which is no reason to exit.
  stream.on('error', () => undefined);
  const winstonLogger = winston.createLogger({
    level: 'debug',
    format,
    transports: [new winston.transports.Stream({ stream })],
  });
  let least = LEVELS.indexOf(options.level);
  const log = (level: LoggerOptions['level']): Logger['info'] => {
    const rank = LEVELS.indexOf(level);
    return (event, fields = {}) => {
      if (rank > least) return;
      // As one object: winston would put a field called `message` behind the event, and drop all fields after a `%d`.
      winstonLogger.log({ level, message: event, fields });
    };
  };
  return {
    error: log('error'),
    warn: log('warn'),
    info: log('info'),
    debug: log('debug'),
    setLevel: (level) => {
      least = LEVELS.indexOf(level);
    },
  };
}

/** A field cannot replace the line's own three keys: it gets a `_` at the end. */
function jsonLine({ timestamp, level, message, fields }: Info): string {
  const own = { timestamp, level, message };
  const others = entriesOf(fields).map(([key, value]) => [key in own ? `${key}_` : key, value] as const);
  return jsonOf(Object.fromEntries([...Object.entries(own), ...others]));
}

function prettyLine({ timestamp, level, message, fields }: Info): string {
  const details = entriesOf(fields).map(([key, value]) => `${unquoted(key)}=${shown(value)}`);
  return [String(timestamp), level, unquoted(String(message)), ...details].join(' ');
}

function entriesOf(fields: unknown): [string, unknown][] {
  return Object.entries(fields as LogFields);
}

function shown(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : jsonOf(value);
}

/** Text with every character escaped that is not plain. */
function unquoted(text: string): string {
  return jsonOf(text).slice(1, -1);
}
