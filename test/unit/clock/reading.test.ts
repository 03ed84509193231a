import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';

/** Where in a pass of the event loop the clock is asked. */
type Where = 'in a timer' | 'in an immediate' | 'in what was read';

describe('what lay in the sockets while the process stood still', () => {
  const clock = new SystemClock();
  const written = new Int32Array(new SharedArrayBuffer(4));
  let server: Server;
  let client: Worker;
  let sockets: Set<Socket>;
  let read: string[];
  let whenRead: (line: string) => void;

  beforeEach(async () => {
    read = [];
    whenRead = () => undefined;
    sockets = new Set();
    server = createServer((socket) => {
      sockets.add(socket);
      socket.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.trim().split('\n')) {
          read.push(line);
          whenRead(line);
        }
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    Atomics.store(written, 0, 0);
    client = new Worker(new URL('talkative-client.js', import.meta.url), {
      workerData: { port, written },
    });
    await once(client, 'message');
  });

  afterEach(async () => {
    await client.terminate();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  for (const where of ['in a timer', 'in an immediate', 'in what was read'] as const) {
    it(`is read before the callback runs, when the clock is asked ${where}`, async () => {
      for (let round = 0; round < 20; round++) {
        const lines = [`open ${round}`, `new ${round}`];
        await at(where, () => {
          standStillWhileTheClientWrites(String(round));
          expect(read).to.not.include.members(lines);
        });
        expect(read, `round ${round}`).to.include.members(lines);
      }
    });
  }

  it('is not waited for once that is cancelled', async () => {
    let ran = false;
    clock.afterReading(() => {
      ran = true;
    })();
    const late = clock.afterReading(() => undefined);
    await new Promise<void>((resolve) => clock.afterReading(resolve));
    await new Promise<void>((resolve) => {
      clock.soon(resolve);
    });
    late();
    expect(ran).to.equal(false);
  });

  /** Resolves in the callback for which the clock was asked right after `run`. */
  function at(where: Where, run: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const ask = (): void => {
        try {
          run();
          // Judged at once: what is read a pass later is too late.
          clock.afterReading(resolve);
        } catch (error) {
          reject(error);
        }
      };
      if (where === 'in a timer') clock.after(0, ask);
      else if (where === 'in an immediate') clock.soon(ask);
      else {
        whenRead = () => {
          whenRead = () => undefined;
          ask();
        };
        client.postMessage('poke');
      }
    });
  }

  /** The event loop is blocked for as long as it takes the client to have both lines in the kernel. */
  function standStillWhileTheClientWrites(text: string): void {
    const before = Atomics.load(written, 0);
    client.postMessage(text);
    for (let done = before; done < before + 2; done = Atomics.load(written, 0)) {
      expect(Atomics.wait(written, 0, done, 10_000)).to.not.equal('timed-out');
    }
  }
});
