import path from 'node:path';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { head as headOf, RawClient } from '../http/support/raw-client.js';
import { makeCertificate } from '../support/certificate.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';

/** About what fits into one read of a connection. */
const CROWD = 1700;

describe('a daemon with clients that pipeline', () => {
  const resources = new TestResources();
  const clients: RawClient[] = [];
  let port = 0;

  beforeEach(async () => {
    const daemon = await resources.daemon(resources.directory());
    port = Number(new URL(daemon.url).port);
  });
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.destroy();
    await resources.clear();
  });

  function client(): RawClient {
    const made = new RawClient(port);
    clients.push(made);
    return made;
  }

  it('handles pipelined requests in order', async () => {
    const heal = `${head('PUT /heal/7', 'Content-Length: 2')}{}`;
    const goodbye = head('DELETE /heal/7');
    const ask = head('GET /checkup/7');
    const node = `${head('PUT /nodes/db', 'Content-Length: 2')}{}`;
    const requests = [heal, ask, goodbye, ask, heal, goodbye, heal, ask, node, head('DELETE /nodes/db')];
    const one = client().send([...requests, head('GET /nodes/db')].join(''));
    const answers = await one.answers(11);
    const said = answers.map(({ body }) => /online|offline/.exec(body)?.[0]);
    expect(said.slice(0, 8)).to.deep.equal([
      'online',
      'online',
      'offline',
      'offline',
      'online',
      'offline',
      'online',
      'online',
    ]);
    expect(answers.slice(8).map(({ status }) => status)).to.deep.equal([201, 204, 404]);
  });

  it('reads them over TLS, in records of any size', async () => {
    const directory = resources.directory();
    const { files } = makeCertificate(directory, 'daemon');
    const data = path.join(directory, 'data');
    const flags = { 'tls-certificate': files.certificate, 'tls-key': files.key };
    const daemon = await resources.daemon(data, flags);
    const labels = '{"labels":{"t":"x"}}';
    const requests = Array.from({ length: 10 }, (_, group) => {
      const id = (place: number) => String(6 * group + place);
      return [
        head(`PUT /heal/${id(1)}`, 'Content-Length: 3000') + 'x'.repeat(3000),
        head('GET /checkup/1'),
        head(`PUT /nodes/n${id(2)}`, `Content-Length: ${labels.length}`) + labels,
        `${head('POST /heal', 'Transfer-Encoding: chunked')}5\r\n[1,2]\r\n0\r\n\r\n`,
        head(`PUT /nodes/n${id(4)}/heartbeat`, 'Content-Length: 0'),
        head(`DELETE /heal/${id(5)}`),
      ].join('');
    }).join('');
    for (const size of [1_000, 16_385, 32_768, 32_768, 32_768, 40_000, 32_768, 32_768]) {
      const socket = connect({
        port: Number(new URL(daemon.url).port),
        host: '127.0.0.1',
        rejectUnauthorized: false,
      });
      await new Promise((resolve) => socket.once('secureConnect', resolve));
      let answers = '';
      socket.setEncoding('latin1').on('data', (text: string) => (answers += text));
      for (let at = 0; at < requests.length; at += size) socket.write(requests.slice(at, at + size));
      await eventually(() => expect(answers.match(/HTTP\/1\.1 20[01] /g)).to.have.length(60));
      socket.destroy();
    }
    expect(daemon.running).to.equal(true);
  });

  it('answers a probe before a long pipeline of another client', async () => {
    const crowd = Array.from({ length: 8 }, () => client());
    const probe = client().send(head('GET /healthz'));
    await probe.answer();
    for (const one of crowd) one.send(head('GET /supervision').repeat(CROWD));
    await eventually(() => expect(crowd[0]!.received).not.to.equal(''), { every: 1 });
    probe.send(head('GET /healthz'));
    await probe.answers(2);
    const lastOfEach = crowd.map((one) => count(one.received));
    expect(Math.max(...lastOfEach)).to.be.below(CROWD / 2);
  });
});

function count(received: string): number {
  return received.split('HTTP/1.1 200 OK').length - 1;
}

/** Without keys, only names of the loopback are served. */
function head(line: string, ...headers: readonly string[]): string {
  return headOf(line, ...headers).replace('Host: heartbeat', 'Host: localhost');
}
