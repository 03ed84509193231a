import { connect, type Socket } from 'node:net';

/** A request without the end of its body, so that it is in flight until `finish`. */
export class SlowRequest {
  readonly #socket: Socket;
  /** All received bytes, once the connection has ended. */
  readonly answer: Promise<string>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.answer = new Promise((resolve) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      socket.on('error', () => undefined).on('close', () => resolve(text));
    });
  }

  /** Resolves when the daemon has read the head and answered `Expect: 100-continue`. */
  static async begin(url: string, method: string, path: string): Promise<SlowRequest> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const request = new SlowRequest(socket);
    socket.write(
      `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n`,
    );
    await new Promise<void>((resolve, reject) => {
      socket.once('data', () => resolve()).once('close', () => reject(new Error('the connection ended')));
    });
    return request;
  }

  finish(): void {
    this.#socket.write('{}');
  }
}
