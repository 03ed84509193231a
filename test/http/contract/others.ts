import { expect } from 'chai';
import { HeartbeatError, type ErrorCode } from '../../../src/errors.js';
import type { GatewayUnderTest, Start } from '../support/gateway-under-test.js';
import { userId } from '../support/gateway-under-test.js';

const PROBES = ['/healthz', '/readyz', '/readyz/storing'];
const BIG = '9007199254740993';

/** Users, probes, unknown paths. */
export function otherCallsContract(start: Start): void {
  let served: GatewayUnderTest;
  beforeEach(async () => {
    served = await start();
  });

  describe('/users/:id', () => {
    it('describes an unknown user', async () => {
      const { status, text } = await served.call('GET', `/users/${BIG}`);
      expect(status).to.equal(200);
      expect(text).to.equal(
        `{"id":${BIG},"status":"offline","since":null,"last_seen":null,"deadline":null,"devices":[]}`,
      );
    });

    it('describes an online user', async () => {
      await served.call('PUT', `/heal/${BIG}`);
      served.daemon.now += 3_000;
      await served.call('PUT', `/heal/${BIG}`);
      expect((await served.call('GET', `/users/${BIG}`)).text).to.equal(
        `{"id":${BIG},"status":"online","since":1700000000,"last_seen":1700000003,"deadline":1700000010,"devices":[{"device":null,"since":1700000000,"last_seen":1700000003,"deadline":1700000010,"meta":null}]}`,
      );
    });

    it('describes an offline user', async () => {
      await served.call('PUT', '/heal/5');
      served.daemon.now += 3_900;
      await served.call('DELETE', '/heal/5');
      expect((await served.call('GET', '/users/5')).json).to.deep.equal({
        id: 5,
        status: 'offline',
        since: 1_700_000_004,
        last_seen: 1_700_000_000,
        deadline: null,
        devices: [],
      });
    });

    it('erases for good', async () => {
      await served.call('PUT', '/heal/5');
      const { status, text, headers } = await served.call('DELETE', '/users/5');
      expect([status, text]).to.deep.equal([204, '']);
      expect(headers).not.to.have.property('content-length');
      expect((await served.call('GET', '/users/5')).json).to.include({ status: 'offline', since: null });
    });

    it('refuses with a code', async () => {
      expect((await served.call('GET', '/users/abc')).json).to.deep.equal({
        error: 'invalid user_id format',
        code: 'HEARTBEAT_INVALID_USER_ID',
      });
      expect((await served.call('DELETE', '/users')).json).to.deep.equal({
        error: 'missing user_id parameter',
        code: 'HEARTBEAT_MISSING_USER_ID',
      });
      const { status, headers } = await served.call('PUT', '/users/%zz');
      expect([status, headers['allow']]).to.deep.equal([405, 'GET, HEAD, DELETE']);
    });

    it('is a 500 when the store cannot be read, and keeps the cause to itself', async () => {
      const error = new HeartbeatError('HEARTBEAT_STORE_FAILED', 'the disk is on fire');
      served.daemon.historyFault = { error, after: 0 };
      const { status, json } = await served.call('GET', '/users/5');
      expect([status, json]).to.deep.equal([
        500,
        { error: 'internal server error', code: 'HEARTBEAT_STORE_FAILED' },
      ]);
      expect(served.logger.lines.at(-1)).to.deep.include({ level: 'error', event: 'request failed' });
      expect(served.logger.lines.at(-1)?.fields['error']).to.equal(error);
    });
  });

  describe('the health of the daemon', () => {
    it('says that the process lives', async () => {
      expect((await served.call('GET', '/healthz')).text).to.equal('{"status":"ok"}');
    });

    it('says whether it is ready, and why not', async () => {
      expect((await served.call('GET', '/readyz')).text).to.equal('{"status":"ready"}');
      served.daemon.reasons = ['recovering'];
      const { status, text } = await served.call('GET', '/readyz');
      expect([status, text]).to.deep.equal([503, '{"status":"unready","reasons":["recovering"]}']);
      const storing = await served.call('GET', '/readyz/storing');
      expect([storing.status, storing.text]).to.deep.equal([
        503,
        '{"status":"not_storing","reasons":["recovering"]}',
      ]);
    });

    it('is ready while it serves but cannot store, and says so apart', async () => {
      expect((await served.call('GET', '/readyz/storing')).text).to.equal('{"status":"storing"}');
      served.daemon.storeReasons = ['the store refuses writes'];
      const ready = await served.call('GET', '/readyz');
      expect([ready.status, ready.json]).to.deep.equal([
        200,
        { status: 'ready', not_storing: ['the store refuses writes'] },
      ]);
      const storing = await served.call('GET', '/readyz/storing');
      expect([storing.status, storing.json]).to.deep.equal([
        503,
        { status: 'not_storing', reasons: ['the store refuses writes'] },
      ]);
    });

    it('answers OPTIONS as it answers GET, since HAProxy may ask so', async () => {
      for (const path of PROBES) {
        const { status, text } = await served.call('GET', path);
        const asked = await served.call('OPTIONS', path);
        expect([asked.status, asked.text], path).to.deep.equal([status, text]);
      }
      served.daemon.reasons = ['stopping'];
      expect((await served.call('OPTIONS', '/readyz')).status).to.equal(503);
    });

    it('shows the tree, in ASCII and with its length', async () => {
      const { text, json, headers } = await served.call('GET', '/supervision');
      expect(json).to.deep.equal(await served.daemon.supervision());
      expect(text).to.contain('na\\u00efve');
      expect(headers['content-length']).to.equal(String(text.length));
    });

    it('is counted for Prometheus, in its text format, while it is not ready too', async () => {
      served.daemon.serving = false;
      await served.call('GET', '/checkup/5');
      const { status, headers, text } = await served.call('GET', '/metrics', { parse: false });
      expect(status).to.equal(200);
      expect(headers['content-type']).to.equal('text/plain; version=0.0.4; charset=utf-8');
      expect(headers['content-length']).to.equal(String(Buffer.byteLength(text)));
      expect(text.split('\n')).to.include.members([
        '# TYPE heartbeat_http_responses_total counter',
        'heartbeat_http_responses_total{code="503"} 1',
        'heartbeat_http_requests_in_flight 1',
      ]);
    });

    it('answers HEAD, and 405 with Allow', async () => {
      for (const path of [...PROBES, '/supervision', '/metrics']) {
        expect((await served.call('HEAD', path)).status).to.equal(200);
        const { status, headers } = await served.call('POST', path);
        const allow = PROBES.includes(path) ? 'GET, HEAD, OPTIONS' : 'GET, HEAD';
        expect([status, headers['allow']], path).to.deep.equal([405, allow]);
      }
    });
  });

  it('knows no other path', async () => {
    const paths = ['/HEAL/5', '/heal/5/hello', '/heal/5/6', '//heal/5', '/healz', '/%zz', '/heal//goodbye'];
    for (const path of paths) {
      const { status, json } = await served.call('GET', path);
      expect(status, path).to.equal(404);
      expect(json).to.deep.equal({ error: 'not found', code: 'HEARTBEAT_NOT_FOUND' });
    }
  });

  it('refuses everything but how it is until it serves', async () => {
    served.daemon.serving = false;
    for (const [method, path] of [
      ['PUT', '/heal/5'],
      ['GET', '/checkup/5'],
      ['GET', '/heart_rhythm/5'],
      ['DELETE', '/heal/abc'],
    ] as const) {
      const { status, headers, text } = await served.call(method, path);
      expect([status, text]).to.deep.equal([503, '{"error":"not ready yet, try again later"}']);
      expect(headers['retry-after']).to.equal('1');
    }
    expect((await served.call('GET', '/users/5')).json).to.include({ code: 'HEARTBEAT_NOT_READY' });
    for (const path of [...PROBES, '/supervision']) {
      expect((await served.call('GET', path)).status).to.equal(200);
    }
    expect(served.daemon.asked).to.be.empty;
  });

  it('passes on what the actors refuse', async () => {
    const refusals = [
      ['HEARTBEAT_OVERLOADED', 503, 'overloaded, try again later'],
      ['HEARTBEAT_STORE_REFUSES', 503, 'the store refuses writes, try again later'],
      ['HEARTBEAT_INTERNAL', 500, 'internal server error'],
    ] as const satisfies readonly (readonly [ErrorCode, number, string])[];
    for (const [code, expected, error] of refusals) {
      served.daemon.refuseWith(code);
      for (const [method, path] of [
        ['PUT', '/heal/5'],
        ['DELETE', '/heal/5'],
        ['GET', '/checkup/5'],
      ] as const) {
        const { status, text, headers } = await served.call(method, path);
        expect([status, text]).to.deep.equal([expected, JSON.stringify({ error })]);
        expect(headers['retry-after']).to.equal(expected === 503 ? '1' : undefined);
      }
      for (const method of ['GET', 'DELETE']) {
        expect((await served.call(method, '/users/5')).json).to.deep.equal({ error, code });
      }
    }
  });

  it('answers anything unforeseen with 500, its cause in the log only', async () => {
    const fault = new Error('secret of the house');
    served.daemon.fault = fault;
    for (const [method, path] of [
      ['PUT', '/heal/5'],
      ['GET', '/checkup/5'],
      ['DELETE', '/heal/5'],
    ] as const) {
      const { status, text } = await served.call(method, path);
      expect([status, text]).to.deep.equal([500, '{"error":"internal server error"}']);
    }
    const { fields, level } = served.logger.lines.at(-1)!;
    expect(level).to.equal('error');
    expect(fields).to.include({ error: fault, method: 'DELETE', path: '/heal/5' });
    expect(fields).to.have.property('request_id');
    served.daemon.fault = undefined;
    served.daemon.reply = { kind: 'described', session: undefined };
    expect((await served.call('PUT', '/heal/5')).status).to.equal(500);
    served.daemon.reply = { kind: 'online' };
    expect((await served.call('DELETE', `/users/${userId(5)}`)).status).to.equal(500);
  });
}
