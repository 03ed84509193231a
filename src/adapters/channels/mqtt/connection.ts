import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { NotifyError } from '../../../ports/channel.js';
import { needs } from '../../optional-package.js';
import { guardedLookup } from '../http/guarded-lookup.js';
import { ConnectError } from '../http/reason.js';
import type { ChannelTools } from '../kind.js';
import type { Secret } from '../secret.js';
import { disconnection, refusalOf } from './refusal.js';
import { withoutBrackets } from '../../../domain/loopback.js';

/** How to sign in to a broker. */
export interface Broker {
  readonly url: Secret;
  readonly version: '5' | '3.1.1';
  readonly clientId: string | undefined;
}

type Tools = Pick<ChannelTools, 'policy' | 'names' | 'guard' | 'ca' | 'outlet'>;
type Client = InstanceType<Awaited<ReturnType<typeof loadClient>>['MqttClient']>;

interface Connection {
  readonly client: Client;
  /** Why it ends, undefined as long as nobody knows. */
  reason: unknown;
  /** The most bytes of a packet that the broker takes. */
  largest: number;
  readonly end: (reason: unknown) => void;
}

const SECONDS_BETWEEN_PINGS = 60;
/** The most bytes of a packet for a message, without topic and payload. */
const OVERHEAD = 16;

/**
 * One connection to a broker, made when there is something to send, kept, and made again after it has ended. The client
 * never connects again by itself and keeps nothing to send it later: the outbox repeats what was not acknowledged.
 */
export class MqttConnection {
  readonly #broker: Broker;
  readonly #url: URL;
  readonly #tools: Tools;
  #connection: Promise<Connection> | undefined;

  constructor(broker: Broker, tools: Tools) {
    this.#broker = broker;
    this.#url = new URL(broker.url.reveal());
    this.#tools = tools;
  }

  /** @throws NotifyError unless the broker acknowledges the message (QoS 1) */
  async publish(topic: string, text: string, retain: boolean, signal: AbortSignal): Promise<void> {
    const { outlet } = this.#tools;
    if (outlet !== undefined) {
      outlet(text);
      return;
    }
    const connection = await this.#ready();
    const { client } = connection;
    await this.#until(connection, signal, (done) => {
      if (client.connected) done();
      else
        client.once('connect', () => {
          done();
        });
    });
    const size = Buffer.byteLength(topic) + Buffer.byteLength(text) + OVERHEAD;
    if (size > connection.largest) {
      const error = `the broker takes packets of at most ${connection.largest} bytes, and this one has ${size}`;
      throw new NotifyError(error, { permanent: true, tooLarge: true });
    }
    await this.#until(connection, signal, (done) => {
      client.publish(topic, text, { qos: 1, retain }, done);
    });
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    (await connection?.catch(() => undefined))?.client.end(true);
  }

  #ready(): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection;
    const opening = this.#open(() => {
      if (this.#connection === opening) this.#connection = undefined;
    });
    this.#connection = opening;
    // What could not even be begun is begun anew by the next attempt.
    opening.catch(() => {
      if (this.#connection === opening) this.#connection = undefined;
    });
    return opening;
  }

  /** Rejects when the connection ends or the attempt takes too long. */
  #until(
    connection: Connection,
    signal: AbortSignal,
    begin: (done: (error?: Error | null) => void) => void,
  ): Promise<void> {
    const { client } = connection;
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown): void => {
        client.off('close', closed);
        signal.removeEventListener('abort', aborted);
        if (error === undefined || error === null) resolve();
        else reject(error instanceof NotifyError ? error : refusalOf(error, this.#origin));
      };
      const closed = (): void => {
        settle(connection.reason ?? new ConnectError('the connection was closed'));
      };
      const aborted = (): void => {
        // Whatever it waits for may never come. The next attempt has a new connection.
        const error = new NotifyError(`cannot reach ${this.#origin}: it took too long`);
        settle(error);
        connection.end(error);
      };
      client.on('close', closed);
      signal.addEventListener('abort', aborted);
      if (signal.aborted) aborted();
      else if (client.disconnecting || client.stream.destroyed) closed();
      else begin(settle);
    });
  }

  async #open(ended: () => void): Promise<Connection> {
    const { MqttClient } = await loadClient();
    const { username, password } = this.#url;
    const { version, clientId } = this.#broker;
    const socket = this.#connect();
    const client = new MqttClient(() => socket, {
      protocolVersion: version === '5' ? 5 : 4,
      clean: true,
      keepalive: SECONDS_BETWEEN_PINGS,
      reconnectPeriod: 0,
      connectTimeout: this.#tools.policy.attemptTimeout,
      ...(clientId !== undefined && { clientId }),
      ...(username !== '' && { username: decodeURIComponent(username) }),
      ...(password !== '' && { password: decodeURIComponent(password) }),
    });
    const connection: Connection = {
      client,
      reason: undefined,
      largest: Infinity,
      end: (reason) => {
        connection.reason ??= reason;
        ended();
        client.end(true);
      },
    };
    const { end } = connection;
    socket.on('error', end);
    client.on('error', end);
    client.on('disconnect', ({ reasonCode }) => {
      end(disconnection(reasonCode));
    });
    client.on('connect', ({ properties }) => {
      connection.largest = properties?.maximumPacketSize ?? Infinity;
    });
    client.once('close', ended);
    return connection;
  }

  #connect(): Socket {
    const { names, guard, ca } = this.#tools;
    const isSecure = this.#url.protocol === 'mqtts:';
    const host = withoutBrackets(this.#url.hostname);
    const port = Number(this.#url.port) || (isSecure ? 8883 : 1883);
    const lookup = guardedLookup(names, guard);
    if (!isSecure) return connectTcp({ host, port, lookup });
    return connectTls({ host, port, lookup, ...(isIP(host) === 0 && { servername: host }), ca });
  }

  get #origin(): string {
    return `${this.#url.protocol}//${this.#url.host}`;
  }
}

/** Loaded when it is configured: a daemon without such a channel does without its memory. */
export function loadClient() {
  return import('mqtt').catch(needs('mqtt'));
}
