// Clients on sockets, in a process of their own: they cost as little as they can, so that the daemon is measured.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the clients are to do, each on a connection of its own. */
export interface SocketLoad {
  readonly port: number;
  readonly count: number;
  /** The first user. Each client has the next one. */
  readonly firstUser: number;
  /**
   * `idle`: keep a device online by answering pings. `beats`: send the next `beat` once the last is answered. `heals`:
   * the same with single heals over HTTP.
   */
  readonly kind: 'idle' | 'beats' | 'heals';
}

export type Order = { readonly do: 'start'; readonly load: SocketLoad } | { readonly do: 'count' };

export type Answer =
  | { readonly kind: 'online' }
  | { readonly kind: 'count'; readonly answered: number; readonly lost: number };

const HANDSHAKE = [
  'GET /socket HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: heartbeat.v1',
  '',
  '',
].join('\r\n');
const END_OF_HEAD = '\r\n\r\n';
const TEXT = 0x81;
const PING = 0x89;
const PONG = 0x8a;
/** Connections that are being opened at once. */
const AT_ONCE = 200;
const AGAIN_MS = 200;

let answered = 0;
let lost = 0;

/** A frame of a client, masked with zeros, of less than 126 bytes. */
function frame(kind: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([kind, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

const BEAT = frame(TEXT, Buffer.from('{"type":"beat","ref":1}'));

function healOf(user: number): Buffer {
  return frame(
    TEXT,
    Buffer.from(`{"type":"heal","devices":[{"id":${String(user)},"device":"app"}],"ref":1}`),
  );
}

/** Calls for each frame of the daemon, all of which are shorter than 126 bytes here. */
function readFrames(chunk: Buffer, found: (kind: number, payload: Buffer) => void): void {
  for (let at = 0; at + 1 < chunk.length;) {
    const length = chunk.readUInt8(at + 1);
    found(chunk.readUInt8(at), chunk.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
}

/** Resolves once its user is online. What is refused, because many come at once, is tried again. */
async function open(load: SocketLoad, user: number): Promise<void> {
  while (!(await tryToOpen(load, user))) await sleep(AGAIN_MS);
}

/** @returns whether its user is online */
function tryToOpen({ port, kind }: SocketLoad, user: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let isOnline = false;
    const online = (): void => {
      isOnline = true;
      resolve(true);
    };
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (isOnline) lost++;
      else resolve(false);
    });
    if (kind === 'heals') {
      healByHttp(socket, user, online);
      return;
    }
    socket.write(HANDSHAKE);
    socket.once('data', (head: Buffer) => {
      if (!head.toString('latin1').startsWith('HTTP/1.1 101') || !head.includes(END_OF_HEAD)) {
        socket.destroy();
        return;
      }
      socket.write(healOf(user));
      socket.on('data', (chunk: Buffer) => {
        readFrames(chunk, (type, payload) => {
          if (type === PING) socket.write(frame(PONG, payload));
          if (type !== TEXT) return;
          if (!payload.includes('"ok"')) {
            socket.destroy();
            return;
          }
          online();
          answered++;
          if (kind === 'beats') socket.write(BEAT);
        });
      });
    });
  });
}

function healByHttp(socket: Socket, user: number, online: () => void): void {
  const request = `PUT /heal/${String(user)}?device=app HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  socket.write(request);
  socket.on('data', () => {
    online();
    answered++;
    socket.write(request);
  });
}

async function start(load: SocketLoad): Promise<void> {
  for (let from = 0; from < load.count; from += AT_ONCE) {
    const users = Array.from(
      { length: Math.min(AT_ONCE, load.count - from) },
      (_, at) => load.firstUser + from + at,
    );
    await Promise.all(users.map((user) => open(load, user)));
  }
}

process.on('message', (order: Order) => {
  const answer = (message: Answer): boolean | undefined => process.send?.(message);
  if (order.do === 'count') answer({ kind: 'count', answered, lost });
  else void start(order.load).then(() => answer({ kind: 'online' }));
});
