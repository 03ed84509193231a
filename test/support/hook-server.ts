import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A received request. */
export interface HookRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** How the server handles a request. */
export type Behaviour = (response: ServerResponse, request: HookRequest) => void;

export const behave = {
  accept: (response: ServerResponse) => response.writeHead(204).end(),
  status:
    (status: number, headers: Record<string, string> = {}, body = ''): Behaviour =>
    (response) =>
      response.writeHead(status, headers).end(body),
  /** Accepts the request and never answers. */
  hang: () => undefined,
  /** Sends the head of a response and no body. */
  hangInTheBody: (response: ServerResponse) =>
    response.writeHead(200, { 'content-length': '100' }).write('{'),
  reset: (response: ServerResponse) => response.socket?.resetAndDestroy(),
};

/** A real HTTP server on the loopback with configurable misbehaviour. */
export class HookServer {
  readonly requests: HookRequest[] = [];
  behaviour: Behaviour = behave.accept;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((incoming, response) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', (text: string) => (body += text));
      incoming.on('end', () => {
        const { method = '', url = '', headers } = incoming;
        const request = { method, path: url, headers, body };
        this.requests.push(request);
        this.behaviour(response, request);
      });
    });
  }

  static async start(): Promise<HookServer> {
    const hooks = new HookServer();
    await new Promise<void>((resolve) => hooks.#server.listen(0, '127.0.0.1', resolve));
    return hooks;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
