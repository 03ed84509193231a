import type { Meta, User } from './types.js';

/** A device with its meta, as it is sent. */
export interface SentDevice {
  /** The user. */
  readonly id: string;
  readonly device: string;
  readonly meta?: Meta | null | undefined;
}

/** What is said to the daemon: see docs/socket.md. */
export type ClientFrame =
  | { readonly type: 'auth'; readonly token: string }
  | { readonly type: 'heal' | 'goodbye'; readonly devices: readonly [SentDevice] }
  | { readonly type: 'watch' | 'unwatch'; readonly users: readonly string[] }
  | { readonly type: 'beat' };

/** With a `ref` it is answered by `ok` or `error` with the same one. */
export type SentFrame = ClientFrame & { readonly ref?: string };

/** What is heard of the daemon. */
export type ServerFrame =
  | { readonly type: 'ok'; readonly ref: unknown }
  | {
      readonly type: 'error';
      /** Undefined if it answers nothing that was asked. */
      readonly ref?: unknown;
      readonly code: string;
      readonly error: string;
      readonly status: number;
      /** The places of entries that were refused; undefined if none was taken. */
      readonly rejected?: readonly number[] | undefined;
    }
  | { readonly type: 'expiring' }
  /** As they are now. */
  | { readonly type: 'users'; readonly users: readonly User[] }
  /** Devices are held by `beat` frames, and each holds for so many seconds. */
  | { readonly type: 'timeout'; readonly seconds: number }
  /** Of the tab with the connection: whether it can be used. */
  | { readonly type: 'up' | 'down' };

/** Called later, never while a transport is opened. */
export interface TransportEvents {
  readonly opened: () => void;
  received(frame: ServerFrame): void;
  /**
   * It is gone, or was never opened.
   *
   * @param retryAfter milliseconds before which the daemon wants no other one
   */
  readonly closed: (retryAfter?: number) => void;
}

/** Carries frames to the daemon and back: a socket, requests by HTTP, or the tab that has the connection. */
export interface Transport {
  send(frame: SentFrame): void;
  close(): void;
}

export type OpenTransport = (events: TransportEvents) => Transport;
