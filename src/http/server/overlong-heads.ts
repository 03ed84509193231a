import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../../errors.js';
import type { Millis } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';

/**
 * How long to wait for the end of the line that tells a target from a field: what is sent in one go has arrived by
 * then.
 */
const PATIENCE: Millis = 500;

/** The beginning of a request that ends within its target. */
const OPEN_TARGET = /(?:^|\r\n\r\n)[A-Z-]+ [^\s]*$/;
/** The end of a target whose beginning came in an earlier packet. No field ends like this. */
const END_OF_TARGET = /^ ?\S* HTTP\//;
/** The same, as far as it can be told: what follows a target is missing or incomplete. */
const UNENDED = /^ ?\S*(?: H?T{0,2}P?)?$/;
/** More than what follows a target, so that it may arrive in two packets. */
const TAIL = 8;

type Part = 'target' | 'field';

/** A packet, and how far Node's parser got in it. */
interface Packet {
  readonly text: string;
  readonly parsed: number;
}

/**
 * Tells what makes a head too large: its target (414) or its fields (431). Node's parser only says that it is, and
 * shows the packet in which it noticed. If the line began in an earlier packet, what follows decides: the failed parser
 * shows each further packet as it comes.
 */
export class OverlongHeads {
  readonly #clock: Clock;
  readonly #open = new Map<Duplex, { readonly tail: string; readonly cancel: Cancel }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Handles each such error of a connection.
   *
   * @param decided called once for all errors of a connection
   */
  look(error: Error, socket: Duplex, decided: (code: ErrorCode) => void): void {
    const packet = packetIn(error);
    const before = this.#open.get(socket);
    const decide = (part: Part): void => {
      this.#forget(socket);
      decided(part === 'target' ? 'HEARTBEAT_TARGET_TOO_LONG' : 'HEARTBEAT_HEADERS_TOO_LARGE');
    };
    if (packet === undefined || packet.text === '') {
      decide('field');
      return;
    }
    const text = before === undefined ? packet.text : before.tail + packet.text;
    const part = before === undefined ? partIn(packet) : partIn({ text, parsed: 0 });
    if (part !== undefined) {
      decide(part);
      return;
    }
    const cancel = before?.cancel ?? this.#clock.after(PATIENCE, () => decide('field'));
    if (before === undefined) socket.once('close', () => this.#forget(socket));
    this.#open.set(socket, { tail: text.slice(-TAIL), cancel });
  }

  #forget(socket: Duplex): void {
    this.#open.get(socket)?.cancel();
    this.#open.delete(socket);
  }
}

/** @returns undefined if it cannot be told yet */
function partIn({ text, parsed }: Packet): Part | undefined {
  const head = text.slice(0, parsed);
  if (OPEN_TARGET.test(head)) return 'target';
  if (head.includes('\n')) return 'field';
  if (END_OF_TARGET.test(text)) return 'target';
  return UNENDED.test(text) ? undefined : 'field';
}

function packetIn(error: Error): Packet | undefined {
  if (!('rawPacket' in error) || !Buffer.isBuffer(error.rawPacket)) return undefined;
  const text = error.rawPacket.toString('latin1');
  const parsed =
    'bytesParsed' in error && typeof error.bytesParsed === 'number' ? error.bytesParsed : undefined;
  return { text, parsed: parsed ?? text.length };
}
