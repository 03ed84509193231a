import type { Connection } from '../machine/connections.js';

/** An event of a stream in HTTP. */
interface StreamedEvent {
  readonly id: string;
  readonly data: string;
}

interface StreamHandlers {
  /** The answer has begun. */
  readonly began: () => void;
  readonly event: (event: StreamedEvent) => void;
  /** There was another answer, or it ended. */
  readonly ended: () => void;
}

/** Reads one stream of events from a connection, as `GET /events` answers it. */
export class EventSource {
  readonly #connection: Connection;
  readonly #handlers: StreamHandlers;
  /** What has come and is not a whole head, chunk or event yet. */
  #raw = '';
  #text = '';
  #hasBegun = false;
  #isOver = false;

  constructor(connection: Connection, handlers: StreamHandlers) {
    this.#connection = connection;
    this.#handlers = handlers;
    connection.heard = (text) => {
      this.#heard(text);
    };
    connection.ended = () => {
      this.#end();
    };
  }

  request(query: string, headers: readonly string[]): void {
    const head = [`GET /events${query} HTTP/1.1`, 'host: localhost', ...headers];
    this.#connection.push(Buffer.from(`${head.join('\r\n')}\r\n\r\n`));
  }

  close(): void {
    this.#isOver = true;
    this.#connection.close();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#handlers.ended();
  }

  #heard(text: string): void {
    if (this.#isOver) return;
    this.#raw += text;
    if (!this.#hasBegun && !this.#begin()) return;
    this.#takeChunks();
    for (let end = this.#text.indexOf('\n\n'); end >= 0; end = this.#text.indexOf('\n\n')) {
      const lines = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      const [, id, data] = /^id: (.+)\ndata: (.+)$/.exec(lines) ?? [];
      if (id !== undefined && data !== undefined && !this.#isEnded) this.#handlers.event({ id, data });
    }
  }

  get #isEnded(): boolean {
    return this.#isOver;
  }

  #begin(): boolean {
    const end = this.#raw.indexOf('\r\n\r\n');
    if (end < 0) return false;
    if (!this.#raw.startsWith('HTTP/1.1 200 ')) {
      this.#end();
      return false;
    }
    this.#hasBegun = true;
    this.#raw = this.#raw.slice(end + 4);
    this.#handlers.began();
    return true;
  }

  /** The body comes in chunks (RFC 9112, 7.1). */
  #takeChunks(): void {
    for (;;) {
      const [line, digits] = /^([0-9a-f]+)\r\n/i.exec(this.#raw) ?? [];
      if (line === undefined || digits === undefined) return;
      const length = parseInt(digits, 16);
      if (this.#raw.length < line.length + length + 2) return;
      if (length === 0) {
        this.#end();
        return;
      }
      this.#text += this.#raw.slice(line.length, line.length + length);
      this.#raw = this.#raw.slice(line.length + length + 2);
    }
  }
}
