import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import { FakeMachine } from './fake-machine.js';

/** Longer than any of these reads takes. */
const LONG = 60_000;

/** The phase of the event loop in which the clock is called. */
type Where = 'in a timer' | 'in an immediate' | 'in what was read';

describe('requests in the sockets while the process stood still', () => {
  const clock = new SystemClock();
  const written = new Int32Array(new SharedArrayBuffer(4));
  /** The text that the client writes. */
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
    }, LONG)();
    const late = clock.afterReading(() => undefined, LONG);
    await new Promise<unknown>((resolve) => clock.afterReading(resolve, LONG));
    await new Promise<void>((resolve) => {
      clock.soon(resolve);
    });
    late();
    expect(ran).to.equal(false);
  });

  it('is all read once as many have connected as may have waited, though there is always one more', async () => {
    const { passes, all } = await readBesideAFlood(new FakeMachine(), LONG);
    expect(passes).to.be.within(4096, 4105);
    expect(all).to.equal(true);
  });

  it('is not waited for longer than it may be while strangers keep connecting, and that is said', async () => {
    const machine = new FakeMachine();
    const { passes, all } = await readBesideAFlood(machine, 500, () => machine.run(10));
    expect(passes).to.be.within(50, 55);
    expect(all).to.equal(false);
  });

  it('is accepted without requests in between from the third pass on, for a tenth of a second', async () => {
    const machine = new FakeMachine();
    const { accepting, passes } = await readBesideAFlood(machine, 500, () => machine.run(10));
    expect(accepting.slice(0, 3)).to.deep.equal([false, false, true]);
    expect(accepting.filter(Boolean)).to.have.length(10);
    expect(passes).to.be.above(40);
    expect(accepting.at(-1)).to.equal(false);
  });

  it('holds no requests back once all connections are accepted, nor once it is cancelled', async () => {
    const { accepting } = await readBesideAFlood(new FakeMachine(), LONG, undefined, 5);
    expect(accepting).to.include(true);
    expect(accepting.at(-1)).to.equal(false);
    const cancelled = new SystemClock();
    const flood = channel('net.server.socket');
    const cancel = cancelled.afterReading(() => undefined, LONG);
    while (!cancelled.isAccepting) {
      flood.publish({});
      await new Promise<void>((resolve) => clock.soon(resolve));
    }
    cancel();
    expect(cancelled.isAccepting).to.equal(false);
  });

  it('is waited for through a stall in the middle of the reading', async () => {
    const machine = new FakeMachine();
    let passes = 0;
    const { all } = await readBesideAFlood(machine, 500, () => machine.run(++passes === 3 ? 20_000 : 10), 30);
    expect(all).to.equal(true);
  });

  it('is read from open connections however long a pass takes', async () => {
    const machine = new FakeMachine();
    for (const round of [1, 2, 3]) {
      const lines = [`open late ${round}`];
      const flood = channel('net.server.socket');
      standStillWhileTheClientWrites(`late ${round}`, 0);
      let isOver = false;
      const pass = (): void => {
        machine.run(1000);
        flood.publish({});
        if (!isOver) clock.soon(pass);
      };
      clock.soon(pass);
      const all = await new Promise<boolean>((resolve) => new SystemClock(machine).afterReading(resolve, 1));
      isOver = true;
      expect(all).to.equal(false);
      expect(read).to.include.members(lines);
    }
  });

  /**
   * @param whenPassed called in each pass
   * @param flood the number of passes in which a connection is accepted
   */
  async function readBesideAFlood(
    machine: FakeMachine,
    within: number,
    whenPassed: () => void = () => undefined,
    flood = Infinity,
  ): Promise<{ passes: number; all: boolean | undefined; accepting: readonly boolean[] }> {
    const accepted = channel('net.server.socket');
    const reading: { all: boolean | undefined } = { all: undefined };
    const accepting: boolean[] = [];
    const flooded = new SystemClock(machine);
    flooded.afterReading((all) => {
      reading.all = all;
    }, within);
    let passes = 0;
    for (; reading.all === undefined && passes < 5000; passes++) {
      if (passes < flood) accepted.publish({});
      whenPassed();
      await new Promise<void>((resolve) => {
        clock.soon(resolve);
      });
      accepting.push(flooded.isAccepting);
    }
    return { passes, all: reading.all, accepting };
  }

  /** Resolves in the callback of the clock's call right after `run`. */
  function at(where: Where, run: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const ask = (): void => {
        try {
          run();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
        // Checked at once: a pass later would be too late.
        clock.afterReading(() => resolve(), LONG);
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

  /** Blocks the event loop until the kernel has everything that the client wrote. */
  function standStillWhileTheClientWrites(text: string, fresh: number): void {
    letWrite(text, fresh);
    for (let done = 0; done < promised; done = Atomics.load(written, 0)) {
      expect(Atomics.wait(written, 0, done, 10_000)).to.not.equal('timed-out');
    }
  }
});
