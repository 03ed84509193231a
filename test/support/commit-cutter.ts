import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** What happens to the next commit: it is lost before it arrives, or its answer is. Then no connection is accepted. */
type Cut = 'lost' | 'stored';

/** The name of the statement in the protocol's messages. */
const COMMIT = 'commit\0';
/** The command tag of the answer. */
const DONE = 'SELECT 1\0';

/** A proxy in front of a PostgreSQL that cuts the connection during a commit. */
export class CommitCutter {
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut: Cut | undefined;
  #staysDown = false;
  #isDown = false;
  #isAnswerAwaited = false;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => {
      this.#accept(client);
    });
  }

  static async before(target: number): Promise<CommitCutter> {
    const cutter = new CommitCutter(target);
    await new Promise<void>((resolve) => cutter.#server.listen(0, '127.0.0.1', resolve));
    return cutter;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** @param staysDown whether connections are refused afterwards, until `up` */
  cutNextCommit(cut: Cut, staysDown: boolean): void {
    this.#cut = cut;
    this.#staysDown = staysDown;
  }

  up(): void {
    this.#isDown = false;
  }

  /** Cuts all connections. */
  down(): void {
    this.#isDown = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.down();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    if (this.#isDown) {
      client.destroy();
      return;
    }
    const server = connect(this.#target, '127.0.0.1');
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => {
      const isCommit = this.#cut !== undefined && bytes.includes(COMMIT);
      if (isCommit && this.#cut === 'lost') this.#cutNow();
      else server.write(bytes);
      if (isCommit && this.#cut === 'stored') this.#isAnswerAwaited = true;
    });
    server.on('data', (bytes) => {
      if (this.#isAnswerAwaited && bytes.includes(DONE)) this.#cutNow();
      else client.write(bytes);
    });
  }

  #cutNow(): void {
    this.#cut = undefined;
    this.#isAnswerAwaited = false;
    this.down();
    this.#isDown = this.#staysDown;
  }
}
