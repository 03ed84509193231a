import { expect } from 'chai';
import { zulipMessage } from '../../../src/adapters/channels/zulip/message.js';
import { zulip } from '../../../src/adapters/channels/zulip/zulip.js';
import { behave } from '../../support/hook-server.js';
import { bodyOf, keepsItsPromises, strictServer, type Demands, type Way } from './provider.js';
import { attempt, FAILED, group, MASS_FAILURE, RECOVERED, refusal, secret, tools } from './support.js';

const KEY = 'hushhushhushhushhushhushhushhush';
const EMAIL = 'heartbeat-bot@example.org';
const LOGIN = Buffer.from(`${EMAIL}:${KEY}`).toString('base64');
const WAY: Way = { type: 'application/x-www-form-urlencoded' };

/** https://zulip.com/api/send-message, and what its server checks of a topic */
const demands: Demands = ({ path, headers }, body) => {
  expect(path).to.equal('/zulip/api/v1/messages');
  expect(headers.authorization).to.equal(`Basic ${LOGIN}`);
  expect(body).to.have.all.keys('type', 'to', 'topic', 'content');
  expect(body['type']).to.equal('stream');
  expect(JSON.parse(String(body['to']))).to.equal('42');
  expect(Array.from(String(body['topic'])).length).to.be.within(1, 60);
  expect(body['topic'], 'printable').to.not.match(/[\p{Cc}\p{Cs}\p{Cn}]/u);
  expect(Array.from(String(body['content'])).length).to.be.within(1, 10_000);
  expect(body['content']).to.not.include('\0');
};

describe('a Zulip channel', () => {
  const make = (url: string, own: object = {}) =>
    zulip.create(
      zulip.settings.parse({ email: EMAIL, channel: '42', ...own }),
      { url: secret(`${url}/zulip/`), key: secret(KEY) },
      tools(),
    );

  keepsItsPromises(make, demands, [KEY, LOGIN], WAY);

  it('has a topic for each node, unless one is configured', async () => {
    const server = await strictServer(demands, behave.accept, WAY);
    const url = server.url.replace('/hook', '');
    const named = make(url, { topic: 'alerts' });
    const notifier = make(url);
    for (const alert of [FAILED, RECOVERED, MASS_FAILURE]) await notifier.notify(alert, attempt());
    await named.notify(FAILED, attempt());
    const topics = server.requests.map((request) => bodyOf(request)['topic']);
    expect(topics).to.deep.equal(['node1', 'node1', 'Heartbeat', 'alerts']);
    await notifier.close();
    await named.close();
    await server.stop();
  });

  it('takes for a topic what Zulip accepts of a name', () => {
    const topicOf = (name: string) => zulipMessage({ ...FAILED, node: { ...FAILED.node!, name } }).topic;
    expect(topicOf('a\u0001b\r\nc')).to.equal('a b  c');
    expect(topicOf('\0')).to.equal('Heartbeat');
    expect(topicOf('💥'.repeat(63))).to.equal(`${'💥'.repeat(59)}…`);
  });

  it('says the sentence first, and then what helps to find the node', () => {
    expect(zulipMessage(FAILED).content.split('\n')).to.deep.equal([
      "🔴 Node 'node1' has failed: no heartbeat for 2 min.",
      'When: 2026-11-22 03:33:45 UTC',
      'Last heard: 2026-11-22 03:31:45 UTC',
      'env: prod',
    ]);
    expect(zulipMessage(group(45)).content).to.match(
      /\n• \*\*n0\*\* is back\n• \*\*n1\*\* is failed\n[^]*\n… and 5 more\nWhen: /,
    );
  });

  it('waits for as long as the body of a 429 says', async () => {
    const said = { result: 'error', msg: 'API usage exceeded rate limit', code: 'RATE_LIMIT_HIT' };
    const limited = behave.status(429, {}, JSON.stringify({ ...said, 'retry-after': 28.7 }));
    const server = await strictServer(demands, limited, WAY);
    const notifier = make(server.url.replace('/hook', ''));
    expect(await refusal(notifier)).to.include({ permanent: false, retryAfter: 28.7 });
    await notifier.close();
    await server.stop();
  });
});
