import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { history, isOnline } from './calls.js';
import { eventually } from './eventually.js';

/** The longest pause before a client connects again without being told one. */
const AGAIN = 500;

/** Clients that keep a user each online over a socket, and connect again whenever theirs closes. */
export class SocketFleet {
  /** The users. */
  readonly users: readonly number[];
  /** The codes and reasons with which sockets were closed. */
  readonly closed: { readonly code: number; readonly reason: string }[] = [];
  readonly #online = new Set<number>();
  readonly #sockets = new Map<number, WebSocket>();
  readonly #url: string;
  #isStopped = false;

  constructor(url: string, users: readonly number[]) {
    this.#url = url;
    this.users = users;
    for (const user of users) this.#connect(user);
  }

  /** Resolves once all users were told, over the sockets that they have now, that they are online. */
  async allOnline(): Promise<void> {
    await eventually(() => expect(this.#online.size).to.equal(this.users.length));
  }

  /** All users are online, and have been without a break. */
  async expectUnbroken(): Promise<void> {
    const offline: number[] = [];
    for (const user of this.users) if (!(await isOnline(this.#url, user))) offline.push(user);
    expect(offline).to.deep.equal([]);
    for (const user of this.users)
      expect(await history(this.#url, user), `user ${String(user)}`).to.have.length(1);
  }

  stop(): void {
    this.#isStopped = true;
    for (const socket of this.#sockets.values()) socket.terminate();
  }

  #connect(user: number): void {
    const socket = new WebSocket(`${this.#url.replace(/^http/, 'ws')}/socket`, 'heartbeat.v1');
    this.#sockets.set(user, socket);
    socket.on('error', () => undefined);
    socket.on('open', () => this.#heal(socket, user));
    socket.on('message', (data: Buffer) => {
      const { type } = JSON.parse(data.toString()) as { type: string };
      if (type === 'ok') this.#online.add(user);
      // For instance while the daemon has no capacity for newcomers.
      else if (!this.#online.has(user)) setTimeout(() => this.#heal(socket, user), AGAIN * Math.random());
    });
    socket.on('close', (code, reason) => {
      this.#online.delete(user);
      this.closed.push({ code, reason: reason.toString() });
      void this.#again(user, code === 1012 ? retryAfter(reason.toString()) : AGAIN * Math.random());
    });
  }

  #heal(socket: WebSocket, user: number): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify({ type: 'heal', devices: [{ id: user, device: 'app' }], ref: 1 }));
  }

  async #again(user: number, after: number): Promise<void> {
    await pause(after);
    if (!this.#isStopped) this.#connect(user);
  }
}

function retryAfter(reason: string): number {
  return (JSON.parse(reason) as { retry_after_ms: number }).retry_after_ms;
}
