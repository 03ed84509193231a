import { expect } from 'chai';
import { gotify } from '../../../src/adapters/channels/gotify/gotify.js';
import { bodyOf, keepsItsPromises, strictServer, type Demands } from './provider.js';
import { attempt, FAILED, group, RECOVERED, secret, tools } from './support.js';

const TOKEN = 'A-hush-hush-hush';

/** https://gotify.net/api-docs (createMessage) */
const demands: Demands = ({ path, headers }, body) => {
  expect(path).to.equal('/push/message');
  expect(headers['x-gotify-key']).to.equal(TOKEN);
  expect(body).to.have.all.keys('title', 'message', 'priority', 'extras');
  expect(body['message'], 'required').to.be.a('string').and.not.equal('');
  expect(body['title']).to.be.a('string');
  expect(body['priority']).to.satisfy(Number.isInteger);
  expect(body['extras']).to.deep.equal({ 'client::display': { contentType: 'text/plain' } });
};

describe('a Gotify channel', () => {
  const make = (url: string) =>
    gotify.create({}, { url: secret(`${url}/push/`), token: secret(TOKEN) }, tools());

  keepsItsPromises(make, demands, [TOKEN]);

  it('has the sentence for a title, and rings louder for bad news', async () => {
    const server = await strictServer(demands);
    const notifier = make(server.url.replace('/hook', ''));
    for (const alert of [FAILED, RECOVERED, group(45)]) await notifier.notify(alert, attempt());
    const [bad, good, many] = server.requests.map(bodyOf);
    expect(bad).to.include({
      title: "🔴 Node 'node1' has failed: no heartbeat for 2 min.",
      message: 'When: 2026-11-22 03:33:45 UTC\nLast heard: 2026-11-22 03:31:45 UTC\nenv: prod',
      priority: 8,
    });
    expect(good).to.include({ priority: 5 });
    expect(many?.['message']).to.match(/^• n0 is back\n• n1 is failed\n[^]*\n… and 5 more\nWhen: /);
    await notifier.close();
    await server.stop();
  });
});
