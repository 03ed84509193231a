import { createServer, type Server } from 'node:http';

/** Every so many-th message is refused at first: those are tried again. */
const REFUSED = 7;

/** Takes alerts on the loopback: most at once, some at the second attempt, and none at `/broken`. */
export class Receiver {
  readonly #server: Server;
  #count = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      request.resume().once('end', () => {
        const isRefused = request.url === '/broken' || ++this.#count % REFUSED === 0;
        response.writeHead(isRefused ? 503 : 204).end();
      });
    });
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new TypeError('it does not listen');
    return `http://127.0.0.1:${String(address.port)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
