import { Server } from 'node:http';
import { Socket } from 'node:net';
import { replaced } from '../replaced.js';

/** The daemon's end of a connection that exists in memory only. Timeouts of idle ones follow the daemon's own clock. */
class ServerSocket extends Socket {
  readonly #sent: (text: string) => void;

  /** @param sent gets what the daemon sends */
  constructor(sent: (text: string) => void) {
    super({ allowHalfOpen: true });
    this.#sent = sent;
  }

  override _read(): void {
    // What the client sends is pushed.
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: () => void): void {
    this._writev([{ chunk, encoding }], done);
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer | string; readonly encoding: BufferEncoding }[],
    done: () => void,
  ): void {
    for (const { chunk, encoding } of chunks)
      this.#sent((typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk).toString('latin1'));
    done();
  }

  override _final(done: () => void): void {
    done();
  }

  override resetAndDestroy(): this {
    return this.destroy();
  }
}

/** What a client sends with a connection, and where the daemon's answer goes. */
export interface Connection {
  /** The daemon reads this now. */
  push(bytes: Buffer): void;
  /** Gets the text of answers. */
  heard: (text: string) => void;
  readonly isOpen: boolean;
}

/** Takes the place of the system's network: HTTP servers listen here, and get connections that exist in memory only. */
export class Listener {
  /** The server that listened last. */
  #server: Server | undefined;

  /** @returns undoes it */
  install(): () => void {
    const listens = (server: Server): void => {
      this.#server = server;
    };
    const undo = [
      replaced(
        Server,
        'listen',
        () =>
          function (this: Server) {
            listens(this);
            process.nextTick(() => this.emit('listening'));
            return this;
          },
      )(),
      replaced(Server, 'address', () => () => null)(),
    ];
    return () => {
      for (const each of undo) each();
    };
  }

  /** The server that has begun to listen. */
  get server(): Server {
    if (this.#server === undefined) throw new TypeError('nothing listens');
    return this.#server;
  }
}

/** Opens a connection to a server, as the system would when it accepts one. */
export function connect(server: Server): Connection {
  const socket = new ServerSocket((text) => {
    connection.heard(text);
  });
  // Node counts the connections of a server here, and closes it when there is none.
  const open: unknown = Reflect.get(server, '_connections');
  Object.assign(server, { _connections: typeof open === 'number' ? open + 1 : 1 });
  Object.assign(socket, { _server: server });
  const connection: Connection = {
    push: (bytes: Buffer) => {
      socket.push(bytes);
    },
    heard: () => undefined,
    get isOpen() {
      return !socket.destroyed && socket.writable;
    },
  };
  server.emit('connection', socket);
  // From now on what is pushed is read at once, so that requests keep their order.
  socket.read(0);
  return connection;
}
