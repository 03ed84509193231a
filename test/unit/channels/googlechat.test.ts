import { expect } from 'chai';
import { googlechat, googleChatBody } from '../../../src/adapters/channels/googlechat/googlechat.js';
import { behave } from '../../support/hook-server.js';
import { keepsItsPromises, strictServer, type Demands } from './provider.js';
import { FAILED, group, refusal, secret, tools } from './support.js';

const KEY = 'hush-hush-hush-hush-1';
const TOKEN = 'hush-hush-hush-hush-2';

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create */
const demands: Demands = ({ path, body: text }, body) => {
  const { pathname, searchParams } = new URL(path, 'http://chat.example');
  expect(pathname).to.equal('/v1/spaces/AAAA/messages');
  expect(searchParams.get('key')).to.equal(KEY);
  expect(searchParams.get('token')).to.equal(TOKEN);
  expect(searchParams.get('requestId'), 'one message, however often it is sent').to.be.a('string');
  expect(body).to.have.all.keys('text');
  expect(Buffer.byteLength(text)).to.be.at.most(32_000);
};

describe('a Google Chat channel', () => {
  const make = (url: string) =>
    googlechat.create(
      {},
      { url: secret(`${url}/v1/spaces/AAAA/messages?key=${KEY}&token=${TOKEN}`) },
      tools(),
    );

  keepsItsPromises(make, demands, [KEY, TOKEN]);

  it('says the sentence first, and then what helps to find the node', () => {
    expect(googleChatBody(FAILED).text.split('\n')).to.deep.equal([
      "🔴 Node 'node1' has failed: no heartbeat for 2 min.",
      'When: 2026-11-22 03:33:45 UTC',
      'Last heard: 2026-11-22 03:31:45 UTC',
      'env: prod',
    ]);
    expect(googleChatBody(group(45)).text).to.match(
      /\n• \*n0\* is back\n• \*n1\* is failed\n[^]*\n… and 5 more\nWhen: /,
    );
  });

  it('sends the id of the alert in every attempt, so that a repeat makes no second message', async () => {
    const server = await strictServer(demands, behave.status(503));
    const notifier = make(server.url.replace('/hook', ''));
    await refusal(notifier);
    await refusal(notifier);
    const ids = server.requests.map(({ path }) =>
      new URL(path, 'http://chat.example').searchParams.get('requestId'),
    );
    expect(ids).to.deep.equal([FAILED.id, FAILED.id]);
    await notifier.close();
    await server.stop();
  });
});
