/** The data of an event: plain, with snake_case keys. An `error` is logged with its causes. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One call, one line. `event` is a short fixed phrase; everything variable goes into the fields. */
export interface Logger {
  error(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  debug(event: string, fields?: LogFields): void;
}

/** A logger whose every line has these fields, too. */
export function withFields(logger: Logger, all: LogFields): Logger {
  return {
    error: (event, fields) => {
      logger.error(event, { ...all, ...fields });
    },
    warn: (event, fields) => {
      logger.warn(event, { ...all, ...fields });
    },
    info: (event, fields) => {
      logger.info(event, { ...all, ...fields });
    },
    debug: (event, fields) => {
      logger.debug(event, { ...all, ...fields });
    },
  };
}
