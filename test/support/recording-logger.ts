import type { LogFields, Logger } from '../../src/ports/logger.js';

export interface LogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly event: string;
  readonly fields: LogFields;
}

/** Records all log lines. */
export class RecordingLogger implements Logger {
  readonly lines: LogLine[] = [];

  error(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', event, fields });
  }

  warn(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'warn', event, fields });
  }

  info(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', event, fields });
  }

  debug(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'debug', event, fields });
  }

  events(): string[] {
    return this.lines.map(({ event }) => event);
  }
}
