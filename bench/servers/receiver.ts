import { createServer, type Server } from 'node:http';

/** A webhook on the loopback that takes whatever it is sent, at once. */
export class Receiver {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${String(port)}/`;
  }

  /** @param onMessage told of each body when it has come whole */
  static start(onMessage: (body: string) => void): Promise<Receiver> {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        response.writeHead(204).end();
        onMessage(body);
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
