import { expect } from 'chai';
import { matrix } from '../../../src/adapters/channels/matrix/matrix.js';
import { matrixMessage } from '../../../src/adapters/channels/matrix/message.js';
import { behave } from '../../support/hook-server.js';
import { bodyOf, keepsItsPromises, strictServer, type Demands, type Way } from './provider.js';
import { attempt, FAILED, group, NASTY_FAILURE, RECOVERED, refusal, secret, tools } from './support.js';

const TOKEN = 'syt_hush-hush-hush-hush';
const ROOM = '!abc/def:example.org';
const WAY: Way = { method: 'PUT' };

/** https://spec.matrix.org/v1.18/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid */
const demands: Demands = ({ path, headers, body: text }, body) => {
  const [, room = '', type, id] =
    /^\/matrix\/_matrix\/client\/v3\/rooms\/([^/]+)\/send\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  expect(decodeURIComponent(room)).to.equal(ROOM);
  expect(type).to.equal('m.room.message');
  expect(id, 'a transaction id').to.match(/^\w+$/);
  expect(headers.authorization).to.equal(`Bearer ${TOKEN}`);
  expect(body['msgtype']).to.be.oneOf(['m.text', 'm.notice']);
  expect(body['format']).to.equal('org.matrix.custom.html');
  expect(body['m.mentions'], 'nobody is mentioned').to.deep.equal({});
  expect(Buffer.byteLength(text), 'the event has other fields, too').to.be.at.most(60_000);
};

describe('a Matrix channel', () => {
  const make = (url: string) =>
    matrix.create({ room: ROOM }, { url: secret(`${url}/matrix`), token: secret(TOKEN) }, tools());

  keepsItsPromises(make, demands, [TOKEN], WAY);

  it('uses the id of the alert as transaction id in every attempt, so that a repeat makes no second message', async () => {
    const server = await strictServer(demands, behave.status(502), WAY);
    const notifier = make(server.url.replace('/hook', ''));
    await refusal(notifier);
    await refusal(notifier);
    for (const { path } of server.requests) expect(path.split('/').at(-1)).to.equal(FAILED.id);
    expect(server.requests).to.have.length(2);
    await notifier.close();
    await server.stop();
  });

  it('waits for as long as an older server says in the body of a 429', async () => {
    const limited = behave.status(429, {}, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2500}');
    const server = await strictServer(demands, limited, WAY);
    const notifier = make(server.url.replace('/hook', ''));
    expect(await refusal(notifier)).to.include({ permanent: false, retryAfter: 2.5 });
    await notifier.close();
    await server.stop();
  });

  it('has the same in plain text and in HTML, and notifies nobody of good news', async () => {
    const server = await strictServer(demands, behave.accept, WAY);
    const notifier = make(server.url.replace('/hook', ''));
    for (const alert of [FAILED, RECOVERED]) await notifier.notify(alert, attempt());
    const [bad, good] = server.requests.map(bodyOf);
    expect(bad).to.deep.equal({
      msgtype: 'm.text',
      body: "🔴 Node 'node1' has failed: no heartbeat for 2 min.\nWhen: 2026-11-22 03:33:45 UTC\nLast heard: 2026-11-22 03:31:45 UTC\nenv: prod",
      format: 'org.matrix.custom.html',
      formatted_body:
        "<strong>🔴 Node 'node1' has failed: no heartbeat for 2 min.</strong><br>When: 2026-11-22 03:33:45 UTC<br>Last heard: 2026-11-22 03:31:45 UTC<br>env: prod",
      'm.mentions': {},
    });
    expect(good).to.include({ msgtype: 'm.notice' });
    await notifier.close();
    await server.stop();
  });

  it('lists the nodes of a group, and takes no markup from a name', () => {
    const { body, formatted_body: html } = matrixMessage(group(45)) as Record<string, string>;
    expect(body).to.match(/\n• n0 is back\n• n1 is failed\n[^]*\n… and 5 more\nWhen: /);
    expect(html).to.match(/<br>• <strong>n0<\/strong> is back<br>/);
    expect(JSON.stringify(matrixMessage(NASTY_FAILURE))).to.include('&lt;b&gt;&amp;amp;');
  });
});
