import { existsSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, Socket } from 'node:net';
import path from 'node:path';
import { createSecureContext, createServer as createTlsServer, TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import { DnsResolver } from '../../../src/adapters/channels/http/dns-resolver.js';
import { guardedLookup } from '../../../src/adapters/channels/http/guarded-lookup.js';
import { SsrfGuard } from '../../../src/adapters/channels/http/ssrf-guard.js';
import { parseAddress } from '../../../src/domain/address.js';
import type { Probe } from '../../../src/domain/probe.js';
import { noteCertificate } from '../../../src/probes/certificate.js';
import { BODY } from '../../../src/probes/http.js';
import { type Network, ProbeRun } from '../../../src/probes/probe-run.js';
import { runProbe } from '../../../src/probes/run-probe.js';
import { makeSignedCertificate } from '../../support/certificate.js';
import { eventually } from '../../support/eventually.js';
import { behave, HookServer } from '../../support/hook-server.js';
import { NameServer } from '../../support/name-server.js';
import { TestResources } from '../../support/test-resources.js';

const resources = new TestResources();
afterEach(() => resources.clear());

const clock = new SystemClock();
/** Far away: what a test expects comes before. */
const LONG = 60_000;

const find = (probe: Probe, deadlineMs = LONG, network?: Network) =>
  runProbe(probe, deadlineMs, clock, network);
const problem = async (...given: Parameters<typeof find>) => (await find(...given)).reason;

async function hooks(): Promise<HookServer> {
  const server = await HookServer.start();
  resources.onClear(() => server.stop());
  return server;
}

async function listening(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  resources.onClear(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** A server that answers each connection with these bytes at once. */
const answering = (bytes: string): Promise<number> =>
  listening(
    createServer((socket) => {
      socket.on('error', () => undefined).on('data', () => undefined);
      socket.write(bytes);
    }),
  );

describe('a probe by HTTP', () => {
  it('passes by the status that is expected, and no other', async () => {
    const server = await hooks();
    server.behaviour = behave.status(204);
    expect(await find({ http: server.url }))
      .to.include({ status: 204 })
      .and.to.not.have.property('reason');
    expect(await problem({ http: server.url, expect: { status: 200 } })).to.equal('it answered 204');
    server.behaviour = behave.status(302, { location: '/elsewhere' });
    expect(await problem({ http: server.url })).to.equal('it answered 302');
    expect(await problem({ http: server.url, expect: { status: [200, 302] } })).to.equal(undefined);
    server.behaviour = behave.hangInTheBody;
    expect(await problem({ http: server.url })).to.equal(undefined);
    server.behaviour = behave.reset;
    expect(await problem({ http: server.url })).to.be.a('string');
  });

  it('passes by the texts that the body and headers must have', async () => {
    const server = await hooks();
    server.behaviour = behave.status(200, { 'content-type': 'text/html; charset=utf-8' }, 'all is ok here');
    expect(await problem({ http: server.url, expect: { body: 'ok' } })).to.equal(undefined);
    expect(await problem({ http: server.url, expect: { body: 'fine' } })).to.equal(
      'its body does not have "fine"',
    );
    expect(await problem({ http: server.url, expect: { header: { 'Content-Type': 'text/html' } } })).to.equal(
      undefined,
    );
    expect(await problem({ http: server.url, expect: { header: { 'content-type': 'json' } } })).to.equal(
      'its header content-type does not have "json"',
    );
    expect(await problem({ http: server.url, expect: { header: { 'x-none': 'a' } } })).to.equal(
      'it has no header x-none',
    );
  });

  it('looks for a text in the beginning of a body that never ends, in whatever pieces it comes', async () => {
    const server = await hooks();
    server.behaviour = (response) => {
      response.writeHead(200);
      const more = (): void => {
        while (response.write('x'.repeat(1000)) && !response.destroyed);
      };
      response.on('drain', more);
      more();
    };
    expect(await problem({ http: server.url, expect: { body: 'ok' } })).to.equal(
      'its body does not have "ok"',
    );
    server.behaviour = (response) => {
      response.writeHead(200);
      for (const letter of `${'x'.repeat(100)}ok`) response.write(letter);
    };
    expect(await problem({ http: server.url, expect: { body: 'xok' } })).to.equal(undefined);
    server.behaviour = behave.status(200, {}, `${'x'.repeat(BODY - 2)}ok`);
    expect(await problem({ http: server.url, expect: { body: 'ok' } })).to.equal(undefined);
    server.behaviour = behave.status(200, {}, `${'x'.repeat(BODY - 1)}ok`);
    expect(await problem({ http: server.url, expect: { body: 'ok' } })).to.include('does not have');
  });

  it('refuses heads without an end', async () => {
    const port = await answering(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`);
    expect(await problem({ http: `http://127.0.0.1:${port}` })).to.equal(
      'the head of its answer is too large',
    );
  });

  it('ends at its deadline, or at max_ms', async () => {
    const server = await hooks();
    server.behaviour = behave.hang;
    expect(await problem({ http: server.url }, 50)).to.equal('no answer within 0.05 s');
    expect(await problem({ http: server.url, expect: { max_ms: 40 } })).to.equal('no answer within 0.04 s');
    server.behaviour = behave.hangInTheBody;
    const late = await find({ http: server.url, expect: { body: 'ok' } }, 200);
    expect(late.reason).to.equal('no answer within 0.2 s');
  });

  it('follows as many redirects as it may, and none elsewhere', async () => {
    const server = await hooks();
    server.behaviour = (response, { path: at }) => {
      const left = Number(at.slice(1));
      if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end();
      else response.writeHead(200).end('here');
    };
    const from = (left: number) => `http://127.0.0.1:${server.port}/${left}`;
    expect(await problem({ http: from(2), expect: { redirects: 2, body: 'here' } })).to.equal(undefined);
    expect(await problem({ http: from(3), expect: { redirects: 2 } })).to.equal(
      'it redirects more than 2 times',
    );
    server.behaviour = behave.status(301, { location: 'file:///etc/passwd' });
    expect(await problem({ http: server.url, expect: { redirects: 2 } })).to.equal(
      'it redirects to file:, which is not followed',
    );
  });

  it('says how long the parts took', async () => {
    const server = await hooks();
    const { timings, took } = await find({ http: server.url });
    expect(timings).to.have.all.keys('connect', 'answer');
    expect(took).to.be.at.least(timings.answer ?? NaN);
  });
});

describe('a probe behind a guard', () => {
  const guarded = (allow: readonly string[], server?: NameServer): Network => {
    const guard = new SsrfGuard(allow, 'public');
    const names = new DnsResolver({
      timeout: LONG,
      hostsFile: '/dev/null',
      resolvConf: '/dev/null',
      ...(server !== undefined && { servers: [server.address] }),
    });
    return {
      lookup: guardedLookup(names, guard, 'probes.allow'),
      permits: (address) => guard.permits(address),
    };
  };
  const INWARD = [
    'http://127.0.0.1',
    'http://2130706433',
    'http://0x7f.1',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1',
    'http://192.168.1.1',
    'http://[fd00:ec2::254]',
    'http://0.0.0.0',
  ];

  for (const http of INWARD) {
    it(`connects to no address that is not public: ${http}`, async () => {
      expect(await problem({ http }, LONG, guarded([]))).to.match(
        /^the address \S+ is not in probes\.allow$/,
      );
    });
  }

  it('likewise by TCP, TLS, and to a name server', async () => {
    for (const probe of [
      { tcp: '127.0.0.1:22' },
      { tls: '[::1]:443' },
      { dns: 'example.org', server: '127.0.0.1:53' },
      { dns: 'example.org', server: '[::1]:53' },
      { dns: 'example.org', server: '10.1.2.3' },
    ])
      expect(await problem(probe, LONG, guarded([]))).to.include('is not in probes.allow');
  });

  it('connects to networks that are allowed', async () => {
    const server = await hooks();
    expect(await problem({ http: server.url }, LONG, guarded(['127.0.0.0/8']))).to.equal(undefined);
  });

  it('follows no redirect to an address that is not allowed', async () => {
    const server = await hooks();
    server.behaviour = behave.status(302, { location: 'http://169.254.169.254/latest/meta-data' });
    const probe = { http: server.url, expect: { redirects: 3 } };
    expect(await problem(probe, LONG, guarded(['127.0.0.1']))).to.equal(
      'the address 169.254.169.254 is not in probes.allow',
    );
  });

  it('connects to what it has looked up and checked, however the name is answered next', async () => {
    const server = await hooks();
    const answers: Record<string, readonly string[]> = {
      rebinding: ['203.0.113.7'],
      mixed: ['10.0.0.1', '127.0.0.1'],
    };
    const names = await NameServer.start(answers);
    resources.onClear(() => names.stop());
    const network = guarded(['127.0.0.1'], names);
    expect(await problem({ http: `http://rebinding:${server.port}` }, LONG, network)).to.equal(
      'the name rebinding stands for 203.0.113.7, which is not in probes.allow',
    );
    // Of several addresses, only those that are allowed are tried.
    expect(await problem({ http: `http://mixed:${server.port}` }, LONG, network)).to.equal(undefined);
    expect(server.requests).to.have.length(1);
    // A name is asked about once for each connection: there is no second answer that could differ.
    expect(names.asked.filter((name) => name === 'rebinding')).to.have.length(2);
  });
});

describe('the reason of a failed probe by HTTP', () => {
  it('is in words where Node has a code', async () => {
    const server = await hooks();
    const { url } = server;
    server.behaviour = behave.reset;
    expect(await problem({ http: url })).to.equal('it closed the connection before it had answered');
    await server.stop();
    expect(await problem({ http: url })).to.match(/^127\.0\.0\.1:\d+ refused the connection$/);
    const raw = await answering('220 mail ready\r\n');
    expect(await problem({ http: `http://127.0.0.1:${raw}` })).to.equal('its answer is not HTTP');
    // RFC 6761: this name never exists. Without a network no name server answers.
    expect(await problem({ http: 'http://shop.invalid/' })).to.match(
      /^(?:the name shop\.invalid does not exist|no name server answers)$/,
    );
  });
});

describe('a probe by TCP', () => {
  it('passes by a connection', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await problem({ tcp: `127.0.0.1:${port}` })).to.equal(undefined);
    await new Promise((resolve) => server.close(resolve));
    expect(await problem({ tcp: `127.0.0.1:${port}` })).to.equal(`127.0.0.1:${port} refused the connection`);
    expect(await problem({ tcp: 'nowhere' })).to.equal(
      'nowhere is no address: give a host and a port, as db-1:5432',
    );
  });

  it('reads addresses', () => {
    expect(parseAddress('db-1:5432')).to.deep.equal({ host: 'db-1', port: 5432 });
    expect(parseAddress('[::1]:80')).to.deep.equal({ host: '::1', port: 80 });
    for (const wrong of ['db-1', 'db-1:0', 'db-1:65536', ':80', '::1:80', 'db 1:80'])
      expect(parseAddress(wrong)).to.equal(undefined);
  });
});

describe('a probe by TLS', () => {
  it('passes by a certificate that is trusted, is for the name, and is valid for long enough', async () => {
    const { authority, certificate, key } = makeSignedCertificate(resources.directory());
    const port = await listening(createTlsServer({ cert: certificate, key }, (socket) => socket.end()));
    const trusting = { secureContext: createSecureContext({ ca: authority }) };
    const tls = `127.0.0.1:${port}`;
    const found = await find({ tls, expect: { certificate_days: 1 } }, LONG, trusting);
    expect(found).to.include({ certificateDays: 1 }).and.to.not.have.property('reason');
    expect(found.timings).to.have.all.keys('connect', 'tls');
    expect(await problem({ tls, expect: { certificate_days: 14 } }, LONG, trusting)).to.equal(
      'its certificate is valid for 1 more day, and must be for 14',
    );
    expect(await problem({ tls })).to.equal('its certificate is signed by an authority that is not trusted');
    expect(await problem({ tls: `localhost:${port}` }, LONG, trusting)).to.include('does not match');
  });

  it('has no days of a connection that has just ended', () => {
    const socket = new TLSSocket(new Socket());
    socket.destroy();
    const run = new ProbeRun(clock, {}, new AbortController().signal);
    noteCertificate(socket, run);
    expect(run.found).to.deep.equal({});
  });

  it('has the days of an HTTPS server, and none of one without TLS', async () => {
    const { authority, certificate, key } = makeSignedCertificate(resources.directory());
    const port = await listening(
      createTlsServer({ cert: certificate, key }, (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')),
    );
    const trusting = { secureContext: createSecureContext({ ca: authority }) };
    const probe = { http: `https://127.0.0.1:${port}`, expect: { certificate_days: 3 } };
    expect(await find(probe, LONG, trusting)).to.include({
      status: 200,
      certificateDays: 1,
      reason: 'its certificate is valid for 1 more day, and must be for 3',
    });
    const server = await hooks();
    expect(await problem({ http: server.url, expect: { certificate_days: 1 } })).to.equal(
      'it has no certificate',
    );
  });

  it('says in words that the other side does not speak it', async () => {
    const port = await listening(createServer((socket) => socket.end('220 mail ready\r\n')));
    expect(await problem({ tls: `127.0.0.1:${port}` })).to.equal('it does not speak TLS');
  });

  it('ends at its deadline where the other side says nothing', async () => {
    const port = await answering('');
    expect(await problem({ tls: `127.0.0.1:${port}` }, 50)).to.equal('no answer within 0.05 s');
  });
});

describe('a probe by DNS', () => {
  it('passes if the name has the records that are expected', async () => {
    const names = await NameServer.start({ 'web.test': ['192.0.2.1', '192.0.2.2'], 'empty.test': [] });
    resources.onClear(() => names.stop());
    const server = names.address;
    expect(await problem({ dns: 'web.test', server })).to.equal(undefined);
    expect(await problem({ dns: 'web.test', server, expect: { answer: ['192.0.2.2'] } })).to.equal(undefined);
    expect(await problem({ dns: 'web.test', server, expect: { answer: ['192.0.2.9'] } })).to.equal(
      '192.0.2.9 is not among its A records: 192.0.2.1, 192.0.2.2',
    );
    expect(await problem({ dns: 'empty.test', server })).to.equal('the name empty.test has no A record');
    expect(await problem({ dns: 'none.test', server })).to.equal('the name none.test does not exist');
    expect(await problem({ dns: 'web.test', type: 'AAAA', server })).to.equal(
      'the name web.test has no AAAA record',
    );
    names.silent = true;
    expect(await problem({ dns: 'web.test', server }, 50)).to.equal('no answer within 0.05 s');
  });
});

describe('a probe by a command', () => {
  it('passes by its exit code', async () => {
    expect(await problem({ command: ['true'] })).to.equal(undefined);
    expect(await problem({ command: ['false'] })).to.equal('it exited with 1');
    expect(await problem({ command: 'exit 3', exit_code: 3 })).to.equal(undefined);
    expect(await problem({ command: 'kill -9 $$' })).to.equal('it was ended by SIGKILL');
    expect(await problem({ command: ['/no/such/program'] })).to.equal('/no/such/program does not exist');
  });

  it('ends at its deadline, with all that it has started', async () => {
    const file = path.join(resources.directory(), 'pid');
    const command = `sleep 1000 & echo $! > ${file}; wait`;
    const probing = problem({ command }, 1_000);
    await eventually(() => expect(existsSync(file) && readFileSync(file, 'utf8')).to.match(/\d+\n/));
    expect(await probing).to.equal('no answer within 1 s');
    const pid = Number(readFileSync(file, 'utf8'));
    await eventually(() => expect(readState(pid)).to.be.oneOf([undefined, 'Z']));
  });
});

describe('the reason of a failed probe', () => {
  it('is one line, and not long, whatever it was made of', async () => {
    const reason = await problem(() => Promise.reject(new Error(`a\nb\u0007\u2028${'x'.repeat(10_000)}`)));
    expect(reason)
      .to.match(/^a b x+…$/)
      .and.to.have.length(501);
  });
});

/** The state of a process by the system; undefined if there is none. */
function readState(pid: number): string | undefined {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) ? /\) (\S)/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}
