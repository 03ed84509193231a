import { expect } from 'chai';
import { eventually } from '../../../support/eventually.js';
import type { GatewayUnderTest } from '../../support/gateway-under-test.js';
import { head, type RawClient } from '../../support/raw-client.js';

export const HANDSHAKE: Readonly<Record<string, string>> = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol': 'heartbeat.v1',
};

/** The request for a socket, with other or without some fields. */
export function handshake(
  changed: Readonly<Record<string, string | undefined>> = {},
  line = 'GET /socket',
): string {
  const fields = Object.entries({ ...HANDSHAKE, ...changed });
  return head(line, ...fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`])));
}

export const TEXT = 1;
export const BINARY = 2;
export const PING = 9;
export const PONG = 10;

interface FrameOptions {
  readonly fin?: boolean;
  readonly masked?: boolean;
  /** What the frame says its length is. */
  readonly claims?: number;
}

/** A frame of a client, in Latin-1. */
export function frame(
  opcode: number,
  payload: string | Buffer,
  { fin = true, masked = true, claims }: FrameOptions = {},
): string {
  const bytes = Buffer.from(payload);
  const length = claims ?? bytes.length;
  const size =
    length < 126 ? Buffer.from([length]) : length < 65_536 ? Buffer.alloc(3, 126) : Buffer.alloc(9, 127);
  if (size.length === 3) size.writeUInt16BE(length, 1);
  if (size.length === 9) size.writeBigUInt64BE(BigInt(length), 1);
  if (masked) size[0]! |= 0x80;
  // A mask of zeros changes nothing.
  const mask = masked ? Buffer.alloc(4) : Buffer.alloc(0);
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode]), size, mask, bytes]).toString('latin1');
}

export function says(value: object): string {
  return frame(TEXT, JSON.stringify(value));
}

/** A client that writes what a test wants behind a right handshake. */
export async function rawSocket(served: GatewayUnderTest): Promise<RawClient> {
  const client = served.raw().send(handshake());
  await eventually(() => expect(client.received).to.match(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\n$/), { every: 2 });
  client.received = '';
  return client;
}

/** The code of the close frame that a client got, as soon as it is there. */
export function closeCode(client: RawClient): Promise<number> {
  return eventually(
    () => {
      const at = client.received.indexOf('\x88');
      expect(at, JSON.stringify(client.received.slice(0, 200))).to.be.at.least(0);
      return client.received.charCodeAt(at + 2) * 256 + client.received.charCodeAt(at + 3);
    },
    { every: 2 },
  );
}
