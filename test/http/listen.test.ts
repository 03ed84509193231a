import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { EventEmitter } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import type { HeartbeatError } from '../../src/errors.js';
import { Gateway } from '../../src/http/gateway.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { SimulatedClock } from '../support/simulated-clock.js';
import { FakeDaemon } from './support/fake-daemon.js';
import { GatewayUnderTest } from './support/gateway-under-test.js';
import { head } from './support/raw-client.js';
import { SOCKET_LIMITS } from './support/socket-limits.js';

/** The server of a request, from Node's diagnostics channel. */
async function serverBehind(request: () => Promise<unknown>): Promise<EventEmitter> {
  let server: EventEmitter | undefined;
  const notice = (message: unknown): void => {
    ({ server } = message as { server: EventEmitter });
  };
  subscribe('http.server.request.start', notice);
  await request();
  unsubscribe('http.server.request.start', notice);
  return server!;
}

describe('listening', () => {
  function gatewayOn(host: string, port: number) {
    const limits = {
      body: 1,
      headers: 4096,
      connections: 1,
      in_flight: 1,
      unsent_answers: 64 * 1024 * 1024,
      requests_per_pass: 100,
      pass: 1,
      request_timeout: 1,
      headers_timeout: 1,
      batch: 1,
      page: 1,
      ...SOCKET_LIMITS,
    };
    const options = {
      host,
      port,
      session_timeout: 7,
      keep_alive_timeout: 1,
      sign_in: { lifetime: 60 },
      limits,
    };
    return new Gateway(options, new FakeDaemon(), {
      clock: new SimulatedClock(),
      logger: new RecordingLogger(),
      failed: () => undefined,
    });
  }

  async function failureOf(host: string, port: number): Promise<HeartbeatError> {
    const gateway = gatewayOn(host, port);
    const error: unknown = await gateway.listen().catch((caught: unknown) => caught);
    await gateway.close();
    return error as HeartbeatError;
  }

  it('names the process that has the port, and says what to do', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const { code, message, cause } = await failureOf('127.0.0.1', port);
    other.close();
    expect(code).to.equal('HEARTBEAT_PORT_IN_USE');
    expect(message).to.equal(
      `127.0.0.1:${port} is already in use: stop the program that listens there, or choose another port with --port`,
    );
    expect(cause).to.have.property('code', 'EADDRINUSE');
  });

  it('says that there is no such address or name', async () => {
    const { code, message } = await failureOf('192.0.2.1', 0);
    expect(code).to.equal('HEARTBEAT_LISTEN_FAILED');
    expect(message).to.match(/^cannot listen on 192\.0\.2\.1:0: .*--host$/);
    expect(await failureOf('no-such-host.invalid', 0)).to.have.property('code', 'HEARTBEAT_LISTEN_FAILED');
  });

  it('picks a free port, and frees it again', async () => {
    const first = gatewayOn('localhost', 0);
    const { url } = await first.listen();
    expect(url).to.match(/^http:\/\/localhost:[1-9]\d*$/);
    await first.close();
    const second = gatewayOn('localhost', Number(new URL(url).port));
    expect(await second.listen()).to.deep.equal({ url });
    await second.close();
  });

  it('writes an IPv6 address as URLs have it', async function () {
    const gateway = gatewayOn('::1', 0);
    const listened: unknown = await gateway.listen().catch((caught: unknown) => caught);
    await gateway.close();
    // A machine without IPv6 has no such address, and the error has the same form.
    if (listened instanceof Error) expect(listened.message).to.contain('[::1]:0');
    else
      expect(listened)
        .to.have.property('url')
        .that.matches(/^http:\/\/\[::1\]:\d+$/);
  });

  it('reports a server that fails later, and has nothing running then', async () => {
    const served = await new GatewayUnderTest(true, {}).listen();
    const client = served.raw();
    const server = await serverBehind(() => client.send(head('GET /healthz')).answer());
    const exhausted = Object.assign(new Error('too many open files'), { syscall: 'accept' });
    for (let time = 0; time < 3; time++) server.emit('error', exhausted);
    expect(served.gateway.inspect().refused.dropped_connections).to.equal(3);
    expect(served.logger.events()).to.deep.equal(['connections cannot be accepted']);
    expect(served.failures).to.be.empty;
    const fault = new Error('the socket is gone');
    server.emit('error', fault);
    await client.end();
    expect(served.failures).to.deep.equal([fault]);
    await served.stop();
  });
});
