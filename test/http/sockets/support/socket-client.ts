import { expect } from 'chai';
import { WebSocket, type ClientOptions } from 'ws';
import { eventually } from '../../../support/eventually.js';

export interface SocketOptions extends ClientOptions {
  readonly protocols?: readonly string[];
}

/** A client over a real WebSocket. */
export class SocketClient {
  readonly ws: WebSocket;
  readonly frames: Record<string, unknown>[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** The status of the answer, if the upgrade was refused. */
  refused: { readonly status: number; readonly body: string } | undefined;
  #ref = 0;

  constructor(url: string, { protocols = ['heartbeat.v1'], ...options }: SocketOptions = {}) {
    this.ws = new WebSocket(`${url.replace(/^http/, 'ws')}/socket`, [...protocols], options);
    this.ws.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as Record<string, unknown>);
    });
    this.ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    this.ws.on('error', () => undefined);
    this.ws.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        this.refused = { status: response.statusCode ?? 0, body };
      });
    });
  }

  /** Resolves once it is open, or refused. */
  async opened(): Promise<this> {
    await eventually(
      () =>
        expect(this.ws.readyState !== WebSocket.CONNECTING || this.refused !== undefined, 'open').to.equal(
          true,
        ),
      { every: 2 },
    );
    return this;
  }

  says(frame: object | string): this {
    this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
    return this;
  }

  /** Sends a frame, and resolves with its answer. */
  async ask(frame: object): Promise<Record<string, unknown>> {
    const ref = `ref ${String(this.#ref++)}`;
    this.says({ ...frame, ref });
    return eventually(
      () => {
        const answer = this.frames.find((each) => each['ref'] === ref);
        expect(answer, JSON.stringify([frame, this.frames, this.closed])).to.not.equal(undefined);
        const { ref: _ref, ...rest } = answer!;
        return rest;
      },
      { every: 2 },
    );
  }

  /** The first frame of a type, as soon as it is there. */
  frame(type: string): Promise<Record<string, unknown>> {
    return eventually(
      () => {
        const found = this.frames.find((each) => each['type'] === type);
        expect(found, JSON.stringify(this.frames)).to.not.equal(undefined);
        return found!;
      },
      { every: 2 },
    );
  }

  /** Resolves with the code and the reason once it is closed. */
  async end(): Promise<{ readonly code: number; readonly reason: string }> {
    await eventually(() => expect(this.closed).to.not.equal(undefined), { every: 2 });
    return this.closed!;
  }

  stop(): void {
    this.ws.terminate();
  }
}
