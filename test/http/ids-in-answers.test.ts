import { expect } from 'chai';
import { EventClient } from '../support/event-client.js';
import { DaemonOverHttp } from './nodes/support.js';

/** Beyond what a double holds. */
const ID = '9007199254740993';

describe('ids of users in answers, for clients that read numbers as doubles', () => {
  let served: DaemonOverHttp;
  const clients: EventClient[] = [];

  before(async () => {
    served = await DaemonOverHttp.start();
    await served.call('PUT', `/heal/${ID}`);
  });

  after(async () => {
    for (const client of clients) client.close();
    await served.stop();
  });

  const CALLS = [
    ['GET', `/checkup/${ID}`, undefined],
    ['POST', '/checkup', `[${ID}]`],
    ['POST', '/checkup?fields=last_seen,devices', `[${ID}]`],
    ['GET', `/heart_rhythm/${ID}`, undefined],
    ['GET', '/users?status=online', undefined],
    ['GET', `/users/${ID}`, undefined],
  ] as const;

  for (const [method, target, body] of CALLS) {
    it(`are strings with ids=text, and numbers without it: ${method} ${target}`, async () => {
      const usual = await served.call(method, target, body);
      expect(usual.text).to.include(`"id":${ID}`);
      const joined = `${target}${target.includes('?') ? '&' : '?'}ids=text`;
      const asked = await served.call(method, joined, body);
      expect(asked.status).to.equal(200);
      expect(asked.text).to.equal(usual.text.replaceAll(`"id":${ID}`, `"id":"${ID}"`));
    });

    it(`are refused in any other form, and twice: ${method} ${target}`, async () => {
      for (const [query, problem] of [
        ['ids=number', 'query parameter ids must be text'],
        ['ids=', 'query parameter ids must be text'],
        ['ids=text&ids=text', 'query parameter ids is given more than once'],
      ] as const) {
        const joined = `${target}${target.includes('?') ? '&' : '?'}${query}`;
        const refused = await served.call(method, joined, body);
        expect([refused.status, (refused.json as { error: string }).error], query).to.deep.equal([
          400,
          problem,
        ]);
      }
    });
  }

  it('are strings in streams that ask for it, and in no others', async () => {
    const filter = { method: 'POST', body: { users: [ID] } } as const;
    const targets = ['/events?ids=text', '/events', '/events?ids=text'];
    const [, , posted] = targets.map((target, at) => {
      const client = new EventClient(served.port, target, at === 2 ? filter : undefined);
      clients.push(client);
      return client;
    });
    await Promise.all(clients.map((client) => client.received(1)));
    expect(JSON.stringify(posted?.events[0]?.data)).to.include(`"id":"${ID}"`);
    await served.call('DELETE', `/heal/${ID}`);
    await Promise.all(clients.map((client) => client.received(2)));
    const texts = clients.map(({ events }) => JSON.stringify(events[1]?.data));
    expect(texts.map((text) => text.includes(`"id":"${ID}"`))).to.deep.equal([true, false, true]);
    expect((await served.call('GET', '/events?ids=no')).status).to.equal(400);
    expect((await served.call('POST', '/events?ids=no', '{}')).status).to.equal(400);
  });
});
