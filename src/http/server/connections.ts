import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer, TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';

/** This many connections past the limit are accepted and refused with a response. Any more are closed without one. */
const RESERVE = 64;

/** From this share of the limit on there is a warning, and again after there were fewer. */
const MOST = 0.8;
const FEW = 0.6;

/** The connections of a server, with a limit. */
export class Connections {
  /** Closed without an answer, or answered 503 and closed. */
  refused = 0;
  #limit: number;
  readonly #runningOut: (open: number, limit: number) => void;
  #warned = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #surplus = new Set<Duplex>();
  /** Connections in their TLS handshake, by address. */
  readonly #shaking = new Map<string, Socket>();
  /** The TLS socket of each connection; requests know that one. */
  readonly #overTls = new Map<Socket, TLSSocket>();

  /** @param runningOut called when most of the allowed connections are open; once until there are fewer */
  constructor(server: Server, limit: number, runningOut: (open: number, limit: number) => void) {
    this.#runningOut = runningOut;
    this.#server = server;
    this.#limit = limit;
    server.maxConnections = limit + RESERVE;
    const isTls = server instanceof TlsServer;
    server.on('connection', (socket: Socket) => this.#add(socket, isTls));
    if (isTls) server.on('secureConnection', (socket: TLSSocket) => this.#shook(socket));
    server.on('drop', () => {
      this.refused += 1;
    });
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** Whether a connection is past the limit, so that its request is refused. */
  isSurplus(socket: Duplex): boolean {
    return this.#surplus.size > 0 && this.#surplus.has(socket);
  }

  allow(limit: number): void {
    this.#limit = limit;
    this.#server.maxConnections = limit + RESERVE;
  }

  /** The connection that carries one of TLS whose handshake is not over. */
  beneath(spoken: Duplex): Socket | undefined {
    return spoken instanceof TLSSocket ? this.#shaking.get(peerOf(spoken)) : undefined;
  }

  /** Ends those that nothing needs, once what was written to them is sent. */
  endUnless(needed: (socket: Socket) => boolean): void {
    for (const socket of this.#sockets) {
      const spoken = this.#overTls.get(socket) ?? socket;
      if (!needed(spoken)) spoken.destroySoon();
    }
  }

  /** @param owed whether the client must notice that something is missing */
  destroyAll(owed: (socket: Socket) => boolean): void {
    for (const socket of this.#sockets) {
      if (owed(this.#overTls.get(socket) ?? socket)) cut(socket);
      else socket.destroy();
    }
  }

  /** Ends a connection so that the client cannot take it for an orderly end. See decision 65. */
  reset(spoken: Socket): void {
    if (spoken instanceof TLSSocket) {
      for (const [socket, over] of this.#overTls) if (over === spoken) cut(socket);
      spoken.destroy();
    } else cut(spoken);
  }

  #add(socket: Socket, isTls: boolean): void {
    const peer = peerOf(socket);
    if (isTls) this.#shaking.set(peer, socket);
    this.#sockets.add(socket);
    if (!this.#warned && this.#sockets.size >= this.#limit * MOST) {
      this.#warned = true;
      this.#runningOut(this.#sockets.size, this.#limit);
    }
    if (this.#sockets.size > this.#limit) {
      this.#surplus.add(socket);
      this.refused += 1;
    }
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#surplus.delete(socket);
      if (this.#warned && this.#sockets.size < this.#limit * FEW) this.#warned = false;
      if (this.#shaking.get(peer) === socket) this.#shaking.delete(peer);
      const spoken = this.#overTls.get(socket);
      if (spoken !== undefined) this.#surplus.delete(spoken);
      this.#overTls.delete(socket);
    });
  }

  #shook(spoken: TLSSocket): void {
    const peer = peerOf(spoken);
    const socket = this.#shaking.get(peer);
    if (socket === undefined) return;
    this.#shaking.delete(peer);
    this.#overTls.set(socket, spoken);
    if (this.#surplus.has(socket)) this.#surplus.add(spoken);
  }
}

/** A Unix socket knows no reset, and Node has no address for it. */
function cut(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

function peerOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
