import { expect } from 'chai';
import type { GatewayUnderTest, Start } from '../support/gateway-under-test.js';

/** The three calls and goodbye: their exact statuses and bodies. */
export function presenceContract(start: Start): void {
  let served: GatewayUnderTest;
  beforeEach(async () => {
    served = await start();
  });

  it('answers a heal exactly as the original did', async () => {
    const { status, text, headers } = await served.call('PUT', '/heal/12345');
    expect(status).to.equal(200);
    expect(text).to.equal('{"status":"online"}');
    expect(headers['content-type']).to.equal('application/json');
    expect(headers['content-length']).to.equal('19');
    expect(headers).to.have.property('date');
    expect(headers).not.to.have.property('x-powered-by');
  });

  it('answers a checkup with the id and the status', async () => {
    expect((await served.call('GET', '/checkup/12345')).text).to.equal('{"id":12345,"status":"offline"}');
    await served.call('PUT', '/heal/12345');
    expect((await served.call('GET', '/checkup/12345')).text).to.equal('{"id":12345,"status":"online"}');
  });

  it('answers a goodbye in both forms, twice too', async () => {
    for (const [method, path] of [
      ['DELETE', '/heal/5'],
      ['POST', '/heal/5/goodbye'],
    ] as const) {
      await served.call('PUT', '/heal/5');
      for (let time = 0; time < 2; time++) {
        const { status, text } = await served.call(method, path);
        expect([status, text]).to.deep.equal([200, '{"status":"offline"}']);
      }
      expect((await served.call('GET', '/checkup/5')).text).to.contain('offline');
    }
  });

  it('judges the method before the id, and says which are allowed', async () => {
    for (const id of ['', '/', '/5', '/abc', '/%zz', '/5/']) {
      const batch = id === '' || id === '/';
      await expectNotAllowed('GET', `/heal${id}`, batch ? 'PUT, POST, DELETE' : 'PUT, DELETE');
      await expectNotAllowed('PUT', `/checkup${id}`, batch ? 'GET, HEAD, POST' : 'GET, HEAD');
      await expectNotAllowed('OPTIONS', `/checkup${id}`, batch ? 'GET, HEAD, POST' : 'GET, HEAD');
      if (!batch) await expectNotAllowed('POST', `/heal${id}`, 'PUT, DELETE');
      await expectNotAllowed('POST', `/heart_rhythm${id}`, 'GET, HEAD');
    }
    await expectNotAllowed('PUT', '/heal/%zz/goodbye', 'POST');
  });

  async function expectNotAllowed(method: string, path: string, allow: string): Promise<void> {
    const { status, headers, json } = await served.call(method, path);
    expect(status, `${method} ${path}`).to.equal(405);
    expect(headers['allow']).to.equal(allow);
    expect(json).to.deep.equal({
      error: `method not allowed: this path supports ${allow}`,
      code: 'HEARTBEAT_METHOD_NOT_ALLOWED',
    });
  }

  it('answers HEAD as GET, without the body', async () => {
    const got = await served.call('GET', '/checkup/12345');
    const { status, text, headers } = await served.call('HEAD', '/checkup/12345');
    expect([status, text]).to.deep.equal([200, '']);
    expect(headers['content-length']).to.equal(got.headers['content-length']);
    expect((await served.call('HEAD', '/heart_rhythm/12345')).status).to.equal(200);
    expect((await served.call('HEAD', '/heart_rhythm/abc')).status).to.equal(400);
  });

  it('does not care what a heal brings along', async () => {
    const bodies = [
      ['application/json', '{"id":7}'],
      ['text/json', '{"broken'],
      ['application/x-www-form-urlencoded', 'a=1'],
      ['nonsense', 'x'.repeat(1024)],
      ['', ''],
    ] as const;
    for (const [type, body] of bodies) {
      const headers = type === '' ? {} : { 'content-type': type };
      expect((await served.call('PUT', '/heal/5', { headers, body })).status, type).to.equal(200);
    }
    expect((await served.call('PUT', '/heal/5?when=now')).status).to.equal(200);
    expect((await served.call('PUT', '/heal/5', { body: inChunks(8, 100) })).status).to.equal(200);
    expect((await served.call('POST', '/heal/5/goodbye', { body: 'bye' })).status).to.equal(200);
  });
}

export async function* inChunks(count: number, size: number): AsyncGenerator<Buffer> {
  for (let chunk = 0; chunk < count; chunk++) yield Buffer.alloc(size, 'x');
}
