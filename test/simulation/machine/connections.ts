import { Server } from 'node:http';
import { Socket } from 'node:net';
import { replaced } from '../replaced.js';

/** The daemon's end of a connection in memory. Its idle timeout follows the daemon's clock. */
class ServerSocket extends Socket {
  readonly #sent: (text: string) => void;
  readonly #ended: () => void;

  /**
   * @param sent called with what the daemon sends
   * @param ended called once it sends no more
   */
  constructor(sent: (text: string) => void, ended: () => void) {
    super({ allowHalfOpen: true });
    this.#sent = sent;
    this.#ended = ended;
  }

  override _read(): void {
    // The client's data is pushed.
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
    this.#ended();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    super._destroy(error, done);
    this.#ended();
  }

  override resetAndDestroy(): this {
    return this.destroy();
  }
}

/** The client's end of a connection. */
export interface Connection {
  /** Delivers this to the daemon now. */
  push(bytes: Buffer): void;
  /** Called with the text of responses. */
  heard: (text: string) => void;
  /** Called when the daemon has ended or closed its side; maybe twice. */
  ended: () => void;
  /** The client is gone. */
  close(): void;
  readonly isOpen: boolean;
}

/** Replaces the system's network: HTTP servers listen here, and get connections in memory. */
export class Listener {
  /** The last server that listened. */
  #server: Server | undefined;

  /** @returns undoes the replacement */
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

  /** The server that listens. */
  get server(): Server {
    if (this.#server === undefined) throw new TypeError('nothing listens');
    return this.#server;
  }
}

/** Opens a connection to a server, as if the system had accepted one. */
export function connect(server: Server): Connection {
  const socket = new ServerSocket(
    (text) => {
      connection.heard(text);
    },
    () => {
      connection.ended();
    },
  );
  // Node counts the connections of a server here, and closes the server once there are none.
  const open: unknown = Reflect.get(server, '_connections');
  Object.assign(server, { _connections: typeof open === 'number' ? open + 1 : 1 });
  Object.assign(socket, { _server: server });
  const connection: Connection = {
    push: (bytes: Buffer) => {
      socket.push(bytes);
    },
    heard: () => undefined,
    ended: () => undefined,
    close: () => {
      socket.destroy();
    },
    get isOpen() {
      return !socket.destroyed && socket.writable;
    },
  };
  server.emit('connection', socket);
  // From now on pushed data is read at once, so that requests keep their order.
  socket.read(0);
  return connection;
}
