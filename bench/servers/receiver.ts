import { createServer, type Server } from 'node:http';

/** A received message: the path, and the whole body. */
export interface Received {
  readonly path: string;
  readonly body: string;
}

/** A webhook on the loopback interface that answers at once. */
export class Receiver {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${String(port)}`;
  }

  /** @param answer returns the status for each message */
  static start(answer: (message: Received) => number): Promise<Receiver> {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        response.writeHead(answer({ path: request.url ?? '/', body })).end();
      });
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(new Receiver(server, typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
