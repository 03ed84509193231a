import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A socket that sends the bytes of a test, and parses the responses. */
export class RawClient {
  received = '';
  closed = false;
  reset = false;
  readonly socket: Socket;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.received += text;
    });
    this.socket.on('end', () => this.socket.end());
    this.socket.on('close', () => {
      this.closed = true;
    });
    this.socket.on('error', () => {
      this.reset = true;
    });
  }

  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  /** The whole responses, as soon as there are so many. */
  answers(count: number): Promise<readonly RawAnswer[]> {
    return eventually(
      () => {
        const { answers } = readAnswers(this.received);
        expect(answers, this.received.slice(0, 500)).to.have.length.at.least(count);
        return answers;
      },
      { every: 2 },
    );
  }

  async answer(): Promise<RawAnswer> {
    const [answer] = await this.answers(1);
    return answer!;
  }

  /** Resolves when the server has closed the connection. */
  async end(): Promise<this> {
    await eventually(() => expect(this.closed).to.be.true, { every: 2 });
    return this;
  }

  /** The bytes after the last whole response. */
  get rest(): string {
    return readAnswers(this.received).rest;
  }
}

function readAnswers(text: string): { answers: RawAnswer[]; rest: string } {
  const answers: RawAnswer[] = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return { answers, rest };
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const after = rest.slice(end + 4);
    const body = headers['transfer-encoding'] === 'chunked' ? readChunks(after) : readLength(after, headers);
    if (body === undefined) return { answers, rest };
    answers.push({ status, headers, body: body.text });
    rest = after.slice(body.length);
  }
}

interface Body {
  readonly text: string;
  readonly length: number;
}

function readLength(text: string, headers: Readonly<Record<string, string>>): Body | undefined {
  const length = Number(headers['content-length'] ?? 0);
  return text.length < length ? undefined : { text: text.slice(0, length), length };
}

function readChunks(text: string): Body | undefined {
  let body = '';
  let at = 0;
  for (;;) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(text.slice(at, line), 16);
    const next = line + 2 + size + 2;
    if (text.length < next) return undefined;
    body += text.slice(line + 2, line + 2 + size);
    at = next;
    if (size === 0) return { text: body, length: at };
  }
}

/** A request of one line and its headers. */
export function head(line: string, ...headers: readonly string[]): string {
  return [`${line} HTTP/1.1`, 'Host: heartbeat', ...headers, '', ''].join('\r\n');
}
