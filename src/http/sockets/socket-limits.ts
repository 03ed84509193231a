import type { Seconds } from '../../domain/time.js';

/** Limits of sockets. Sizes in bytes. They may change while the gateway runs. */
export interface SocketLimits {
  /** Sockets open at once. */
  readonly sockets: number;
  /** Largest message of a client. */
  readonly socket_frame: number;
  /** Frames a second of one socket. */
  readonly rate_per_socket: number;
  /** How long a socket may be silent before it is closed. */
  readonly socket_idle: Seconds;
  /** What may wait to be sent on one socket. */
  readonly socket_unsent: number;
  /** Users whom one socket may watch. */
  readonly socket_watched: number;
  /** Devices that one socket may keep online. */
  readonly batch: number;
  /** Devices of one user. */
  readonly devices: number;
}

/** What may wait to be sent before a client has to read. A frame of this size fits in besides. */
export function roomOf({ socket_unsent }: Pick<SocketLimits, 'socket_unsent'>): number {
  return socket_unsent / 2;
}
