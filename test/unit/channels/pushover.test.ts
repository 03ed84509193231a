import { expect } from 'chai';
import { pushover } from '../../../src/adapters/channels/pushover/pushover.js';
import type { AlertMessage } from '../../../src/ports/channel.js';
import { behave, type HookServer } from '../../support/hook-server.js';
import { bodyOf, keepsItsPromises, strictServer, type Demands } from './provider.js';
import { attempt, FAILED, group, MASS_FAILURE, RECOVERED, refusal, secret, TEST, tools } from './support.js';

const TOKEN = 'azGDORePK8gMaC0QOYAMyEEuzJhush';
const USER = 'uQiRzpo4DXghDmr9QzzfQu27cmhush';
const CANCEL = /^\/1\/receipts\/cancel_by_tag\/[\w-]+\.json$/;

const count = (text: unknown): number => Array.from(String(text)).length;

/** https://pushover.net/api, and https://pushover.net/api/receipts#cancel */
const demands: Demands = ({ path }, body) => {
  expect(body['token']).to.equal(TOKEN);
  if (CANCEL.test(path)) {
    expect(body).to.have.all.keys('token');
    return;
  }
  expect(path).to.equal('/1/messages.json');
  expect(body['user']).to.equal(USER);
  expect(count(body['title']), 'the longest title').to.be.within(1, 250);
  expect(count(body['message']), 'the longest message').to.be.within(1, 1024);
  expect(body['timestamp']).to.satisfy(Number.isInteger);
  expect(body['priority']).to.be.oneOf([-2, -1, 0, 1, 2]);
  if (body['priority'] !== 2) return;
  expect(body['retry']).to.be.within(30, 10_800);
  expect(body['expire']).to.be.within(30, 10_800);
};

describe('a Pushover channel', () => {
  const make = (url: string, own: object = {}) =>
    pushover.create(
      pushover.settings.parse(own),
      { token: secret(TOKEN), user: secret(USER), url: secret(`${url}/1`) },
      tools(),
    );

  keepsItsPromises(make, demands, [TOKEN, USER]);

  async function sent(
    own: object,
    alerts: readonly AlertMessage[],
    check: (server: HookServer) => void | Promise<void>,
  ): Promise<void> {
    const server = await strictServer(demands);
    const notifier = make(server.url.replace('/hook', ''), own);
    for (const alert of alerts) await notifier.notify(alert, attempt());
    await check(server);
    await notifier.close();
    await server.stop();
  }

  it('names the node in the title, and bypasses quiet hours for failures only', () =>
    sent({ device: 'phone', sound: 'siren' }, [FAILED, RECOVERED, group(45), TEST], ({ requests }) => {
      const [bad, good, many, test] = requests.map(bodyOf);
      expect(bad).to.deep.equal({
        token: TOKEN,
        user: USER,
        title: 'node1',
        message:
          "🔴 Node 'node1' has failed: no heartbeat for 2 min.\n" +
          'When: 2026-11-22 03:33:45 UTC\nLast heard: 2026-11-22 03:31:45 UTC\nenv: prod',
        timestamp: FAILED.at,
        priority: 1,
        device: 'phone',
        sound: 'siren',
      });
      expect(good).to.include({ priority: 0 });
      expect(many).to.include({ title: 'Heartbeat' });
      expect(many?.['message']).to.match(/\n• n0 is back\n• n1 is failed\n[^]*\n… and \d+ more\nWhen: /);
      expect(test).to.include({ title: 'Heartbeat', priority: 0 });
    }));

  it('repeats an emergency until the node recovers, and sends the recovery as usual', () =>
    sent({ emergency: {} }, [FAILED, MASS_FAILURE, RECOVERED], ({ requests }) => {
      const [failed, mass, , recovered] = requests.map(bodyOf);
      expect(failed).to.include({ priority: 2, retry: 60, expire: 3_600 });
      expect(mass).to.include({ priority: 2 }).and.not.have.property('tags');
      expect(requests[2]?.path).to.equal(`/1/receipts/cancel_by_tag/${String(failed?.['tags'])}.json`);
      expect(recovered).to.include({ priority: 0 });
    }));

  it('ends the emergencies of the nodes that a group says are back', () =>
    sent({ emergency: {} }, [group(5), { ...group(3), type: 'channel.closed' }], ({ requests }) => {
      const ended = requests.filter(({ path }) => CANCEL.test(path)).map(({ path }) => path);
      expect(ended, 'n0 and n3; then n0, n1 and n2').to.have.length(5);
      expect(new Set(ended).size).to.equal(4);
    }));

  it('goes on where it was interrupted', async () => {
    let isDown = true;
    const server = await strictServer(demands, (response, { path }) => {
      response.writeHead(isDown && !CANCEL.test(path) ? 500 : 200).end('{"status":1}');
    });
    const notifier = make(server.url.replace('/hook', ''), { emergency: {} });
    expect(await refusal(notifier, RECOVERED)).to.have.property('permanent', false);
    isDown = false;
    await notifier.notify(RECOVERED, attempt());
    expect(server.requests.filter(({ path }) => CANCEL.test(path))).to.have.length(1);
    await notifier.close();
    await server.stop();
  });

  it('looks every hour whether there are more messages, when those of the month are used up', async () => {
    const inAWeek = Math.floor(Date.now() / 1000) + 7 * 86_400;
    const limited = behave.status(429, { 'x-limit-app-reset': String(inAWeek) }, '{"status":0}');
    const server = await strictServer(demands, limited);
    const notifier = make(server.url.replace('/hook', ''));
    expect(await refusal(notifier)).to.include({ permanent: false, retryAfter: 3_600 });
    await notifier.close();
    await server.stop();
  });
});
