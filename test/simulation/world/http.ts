import type { Daemon } from '../machine/daemon.js';
import type { Connection } from '../machine/connections.js';
import type { Ledger } from './ledger.js';
import type { Answer } from './network.js';
import type { Random } from '../machine/random.js';

/** A request of a client. */
export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** A body that is not JSON. */
  readonly text?: string;
}

/** A response of the daemon. */
export interface HttpAnswer {
  readonly status: number;
  /** Empty if it is not JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** The connections of one client to a daemon. Each carries one request at a time, and is reused. */
export class HttpClient {
  readonly #daemon: Daemon;
  readonly #random: Random;
  readonly #ledger: Ledger;
  readonly #headers: readonly string[];
  #idle: { readonly connection: Connection; readonly run: number }[] = [];

  /** @param headers of each request */
  constructor(daemon: Daemon, random: Random, ledger: Ledger, headers: readonly string[]) {
    this.#daemon = daemon;
    this.#headers = headers;
    this.#random = random;
    this.#ledger = ledger;
  }

  /** Delivers the request to the daemon in pieces. */
  ask(request: HttpRequest, answered: (answer: HttpAnswer) => void): void {
    this.#ledger.count('requests in HTTP');
    const { run } = this.#daemon;
    const connection = this.#connection(run);
    let text = '';
    connection.heard = (more) => {
      text += more;
      const answer = answerIn(text);
      if (answer === undefined) return;
      connection.heard = () => undefined;
      if (connection.isOpen) this.#idle.push({ connection, run });
      answered(answer);
    };
    const bytes = Buffer.from(textOf(request, this.#headers));
    const cut = this.#random.chance(0.3) ? this.#random.int(1, bytes.length - 1) : bytes.length;
    connection.push(bytes.subarray(0, cut));
    if (cut < bytes.length) connection.push(bytes.subarray(cut));
  }

  #connection(run: number): Connection {
    this.#idle = this.#idle.filter((one) => one.run === run && one.connection.isOpen);
    return this.#idle.pop()?.connection ?? this.#daemon.connect();
  }
}

/** The code of a refusal, or its text: calls of the original API have no code. */
export function refusalIn({ status, body }: HttpAnswer): Answer {
  const { code } = body;
  const other = status === 500 ? 'HEARTBEAT_INTERNAL' : 'HEARTBEAT_NOT_READY';
  return { kind: 'refused', code: typeof code === 'string' ? code : other };
}

function textOf({ method, path, body, text }: HttpRequest, headers: readonly string[]): string {
  const sent = body === undefined ? text : JSON.stringify(body);
  const type = body === undefined ? 'text/plain' : 'application/json';
  const head =
    sent === undefined ? '' : `content-type: ${type}\r\ncontent-length: ${String(sent.length)}\r\n`;
  const more = headers.map((header) => `${header}\r\n`).join('');
  return `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${more}${head}\r\n${sent ?? ''}`;
}

/** Undefined while the response is incomplete. */
function answerIn(text: string): HttpAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
  const isJson = /^content-type: application\/json/im.test(head);
  const body = text.slice(end + 4);
  if (body.length < length) return undefined;
  const status = Number(text.slice(9, 12));
  const parsed = isJson && length > 0 ? (JSON.parse(body) as HttpAnswer['body']) : {};
  return { status, body: parsed, text: body };
}
