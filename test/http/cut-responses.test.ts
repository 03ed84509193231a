import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { makeCertificate } from '../support/certificate.js';
import { eventually } from '../support/eventually.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { sessionsInARow } from './support/fake-daemon.js';
import { starting, userId } from './support/gateway-under-test.js';

/** curl's exit code for a connection that was reset, or over TLS ended without a `close_notify`. It is 18 or 0 for one that was closed. */
const RECEIVING_FAILED = 56;

/** A client of HTTP/1.0. It is curl, since Node reports a reset after data as a normal end. */
class OldClient {
  readonly #curl: ChildProcess;
  readonly #ended: Promise<number | null>;

  constructor(url: string) {
    const given = [
      '--http1.0',
      '--silent',
      '--insecure',
      '--no-alpn',
      '--limit-rate',
      '2M',
      '--output',
      '/dev/null',
      url,
    ];
    this.#curl = spawn('curl', given, { stdio: 'ignore' });
    this.#ended = new Promise((resolve, reject) => {
      this.#curl.once('error', reject).once('close', resolve);
    });
  }

  /** It reads nothing more, so the response cannot end however slow the test is. */
  stopReading(): void {
    this.#curl.kill('SIGSTOP');
  }

  /** @returns the exit code */
  async end(): Promise<number | null> {
    this.#curl.kill('SIGCONT');
    return this.#ended;
  }
}

describe('the gateway', () => {
  const start = starting(true);

  /** With TLS if `options` have a certificate. */
  async function cutsAnswers(options: Parameters<typeof start>[0]): Promise<void> {
    const served = await start({ ...options, limits: { request_timeout: 4 } });
    served.daemon.addEnded(userId(7), sessionsInARow(400_000));
    const slow = new OldClient(`${served.url}/heart_rhythm/7`);
    await eventually(() => expect(served.gateway.inspect().in_flight).to.equal(1), { every: 1 });
    slow.stopReading();
    await eventually(
      async () => {
        await served.clock.advance(1000);
        expect(served.gateway.inspect().in_flight).to.equal(0);
      },
      { every: 1 },
    );
    expect(await slow.end()).to.equal(RECEIVING_FAILED);
    const stopped = new OldClient(`${served.url}/heart_rhythm/7`);
    await eventually(() => expect(served.gateway.inspect().in_flight).to.equal(1), { every: 1 });
    stopped.stopReading();
    await served.clock.settle();
    await served.gateway.abort();
    expect(await stopped.end()).to.equal(RECEIVING_FAILED);
  }

  it('ends an answer that is broken off in HTTP/1.0 with a reset', () => cutsAnswers({}));

  it('ends an answer that is broken off in HTTP/1.0 over TLS so that it does not pass for a whole one', async () => {
    const directory = await temporaryDirectory();
    try {
      const { certificate, key } = makeCertificate(directory.path, 'own');
      await cutsAnswers({ tls: { certificate, key: { reveal: () => key } } });
    } finally {
      await directory.remove();
    }
  });
});
