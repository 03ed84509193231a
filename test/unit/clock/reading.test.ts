import { channel } from 'node:diagnostics_channel';
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
  /** What the client was asked to write. */
  let promised: number;
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
    promised = 0;
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
      for (const [round, fresh] of [0, 1, 1, 2, 7, 50, 300].entries()) {
        const lines = [`open ${round}`, ...Array.from({ length: fresh }, (_, n) => `new ${round}.${n}`)];
        await at(where, () => {
          standStillWhileTheClientWrites(String(round), fresh);
          expect(read).to.not.include(lines[0]);
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

  it('is not waited for for ever, though there is always one more connection', async () => {
    const accepted = channel('net.server.socket');
    const reading = { ended: false };
    clock.afterReading(() => {
      reading.ended = true;
    });
    let passes = 0;
    for (; !reading.ended && passes < 5000; passes++) {
      accepted.publish({});
      await new Promise<void>((resolve) => {
        clock.soon(resolve);
      });
    }
    expect(passes).to.be.within(4096, 4105);
  });

  /** Resolves in the callback for which the clock was asked right after `run`. */
  function at(where: Where, run: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const ask = (): void => {
        try {
          run();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
        // Judged at once: what is read a pass later is too late.
        clock.afterReading(resolve);
      };
      if (where === 'in a timer') clock.after(0, ask);
      else if (where === 'in an immediate') clock.soon(ask);
      else {
        whenRead = () => {
          whenRead = () => undefined;
          ask();
        };
        letWrite('poke', 1);
      }
    });
  }

  function letWrite(text: string, fresh: number): void {
    promised += 1 + fresh;
    client.postMessage({ text, fresh });
  }

  /** The event loop is blocked for as long as it takes the client to have everything in the kernel. */
  function standStillWhileTheClientWrites(text: string, fresh: number): void {
    letWrite(text, fresh);
    for (let done = 0; done < promised; done = Atomics.load(written, 0)) {
      expect(Atomics.wait(written, 0, done, 10_000)).to.not.equal('timed-out');
    }
  }
});
