import { expect } from 'chai';
import { ntfy } from '../../../src/adapters/channels/ntfy/ntfy.js';
import { bodyOf, keepsItsPromises, strictServer, type Demands } from './provider.js';
import { attempt, FAILED, group, RECOVERED, secret, tools } from './support.js';

/** https://docs.ntfy.sh/publish/#publish-as-json */
const demands: Demands = ({ path, headers }, body) => {
  expect(path).to.equal('/');
  expect(headers.authorization).to.equal('Bearer tk_hush-hush');
  expect(body).to.have.all.keys('topic', 'title', 'message', 'priority');
  expect(body['topic']).to.match(/^[-_A-Za-z0-9]{1,64}$/);
  expect(Buffer.byteLength(String(body['title'])), 'a longer title is refused').to.be.within(1, 1024);
  expect(Buffer.byteLength(String(body['message'])), 'a longer message becomes a file').to.be.within(1, 4096);
  expect(body['priority']).to.be.oneOf([1, 2, 3, 4, 5]);
};

describe('an ntfy channel', () => {
  const make = (url: string) =>
    ntfy.create(
      {},
      { url: secret(url), topic: secret('alerts-hush'), token: secret('tk_hush-hush') },
      tools(),
    );

  keepsItsPromises(make, demands, ['alerts-hush', 'tk_hush-hush']);

  it('has the sentence for a title, and rings louder for bad news', async () => {
    const server = await strictServer(demands);
    const notifier = make(server.url.replace('/hook', ''));
    for (const alert of [FAILED, RECOVERED, group(45)]) await notifier.notify(alert, attempt());
    const [bad, good, many] = server.requests.map(bodyOf);
    expect(bad).to.deep.equal({
      topic: 'alerts-hush',
      title: "🔴 Node 'node1' has failed: no heartbeat for 2 min.",
      message: 'When: 2026-11-22 03:33:45 UTC\nLast heard: 2026-11-22 03:31:45 UTC\nenv: prod',
      priority: 5,
    });
    expect(good).to.include({ priority: 3 });
    expect(many?.['message']).to.match(/^• n0 is back\n• n1 is failed\n[^]*\n… and 5 more\nWhen: /);
    await notifier.close();
    await server.stop();
  });

  it('needs no token for a server that is open', async () => {
    const server = await strictServer(({ headers }) => {
      expect(headers).to.not.have.property('authorization');
    });
    const url = server.url.replace('/hook', '');
    const notifier = ntfy.create({}, { url: secret(url), topic: secret('open') }, tools());
    await notifier.notify(FAILED, attempt());
    await notifier.close();
    await server.stop();
  });
});
