import { expect } from 'chai';
import { parseUserId } from '../../../src/domain/user-id.js';
import { authOf, callWith, keyRule, token } from '../auth/support.js';
import type { GatewayUnderTest, Start } from '../support/gateway-under-test.js';

const LIST = '/users?status=online';

/** The list of users, and the counts. */
export function userListContract(start: Start): void {
  let served: GatewayUnderTest;

  async function ids(path: string, credential?: string): Promise<readonly unknown[]> {
    const answer =
      credential === undefined
        ? await served.call('GET', path)
        : await callWith(served, credential, 'GET', path);
    expect(answer.status, answer.text).to.equal(200);
    return (answer.json as { users: { id: unknown }[] }).users.map(({ id }) => id);
  }

  const heal = (...users: readonly string[]): Promise<unknown> =>
    served.call('POST', '/heal', { body: JSON.stringify(users) });

  it('has those who are online, with their times and every digit', async () => {
    served = await start();
    expect((await served.call('GET', LIST)).text).to.equal('{"users":[],"next_cursor":null}');
    await heal('9223372036854775807');
    const { status, text } = await served.call('GET', LIST);
    const times = '"since":1700000000,"last_seen":1700000000,"deadline":1700000007';
    expect([status, text]).to.deep.equal([
      200,
      `{"users":[{"id":9223372036854775807,${times}}],"next_cursor":null}`,
    ]);
    expect((await served.call('HEAD', LIST)).text).to.equal('');
    expect((await served.call('GET', LIST, { body: 'ignored' })).status).to.equal(200);
    expect((await served.call('POST', '/users')).headers['allow']).to.equal('GET, HEAD, DELETE');
  });

  it('has integers in the order of their values, page by page', async () => {
    served = await start();
    await heal('10', '9', '-10', '-9', '0', '-100', '100');
    const order = [-100, -10, -9, 0, 9, 10, 100];
    expect(await ids(LIST)).to.deep.equal(order);
    expect(await walk(3)).to.deep.equal([[-100, -10, -9], [0, 9, 10], [100]]);
    expect(await walk(7)).to.deep.equal([order]);
  });

  it('has texts in the order of their bytes, as strings', async () => {
    served = await start({ userIds: 'text' });
    await heal('b', 'a', '\u{1f49a}', '\ue000', '10', '9', 'B');
    const order = ['10', '9', 'B', 'a', 'b', '\ue000', '\u{1f49a}'];
    expect(await ids(LIST)).to.deep.equal(order);
    expect((await walk(2)).flat()).to.deep.equal(order);
  });

  async function walk(limit: number): Promise<unknown[][]> {
    const pages: unknown[][] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { json } = await served.call('GET', `${LIST}&limit=${limit}${next}`);
      const page = json as { users: { id: unknown }[]; next_cursor: string | null };
      pages.push(page.users.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    return pages;
  }

  it('needs a status, and takes no wrong parameter', async () => {
    served = await start();
    for (const [query, problem] of [
      ['', 'query parameter status must be online'],
      ['?status=offline', 'query parameter status must be online'],
      ['?status=online&status=online', 'query parameter status is given more than once'],
      ['?status=online&limit=0', 'query parameter limit must be a whole number from 1 to 1000'],
      ['?status=online&limit=1001', 'query parameter limit must be a whole number from 1 to 1000'],
      ['?status=online&cursor=*', 'query parameter cursor must be the next_cursor of a response'],
      ['?status=online&cursor=KzU', 'query parameter cursor must be the next_cursor of a response'],
      ['?status=online&name=x', 'unknown query parameter "name"'],
    ] as const) {
      const { status, json } = await served.call('GET', `/users${query}`);
      expect([status, json], query).to.deep.equal([400, { error: problem, code: 'HEARTBEAT_INVALID_QUERY' }]);
    }
  });

  it('shows a key that is limited its own users, and a user token none', async () => {
    const [from, to] = [parseUserId('-5') ?? expect.fail(), parseUserId('9') ?? expect.fail()];
    const auth = authOf(
      keyRule('all', { scopes: ['heal', 'read'] }),
      keyRule('some', { scopes: ['read'], users: { from, to } }),
      keyRule('nobody', { scopes: ['read'], users: 'none' }),
    );
    served = await start({ auth });
    await callWith(served, 'all', 'POST', '/heal', { body: '[-6,-5,0,9,10]' });
    expect(await ids(LIST, 'all')).to.deep.equal([-6, -5, 0, 9, 10]);
    expect(await ids(LIST, 'some')).to.deep.equal([-5, 0, 9]);
    expect(await ids(LIST, 'nobody')).to.deep.equal([]);
    const { json } = await callWith(served, 'some', 'GET', `${LIST}&limit=3`);
    expect(json).to.have.property('next_cursor', null);
    expect((await callWith(served, await token(), 'GET', LIST)).status).to.equal(403);
  });

  it('shows a key that is limited to prefixes those users', async () => {
    const auth = authOf(
      keyRule('all', { scopes: ['heal'] }),
      keyRule('tenant', { scopes: ['read'], users: { prefixes: ['b:', 'a:', 'a:x'] } }),
    );
    served = await start({ auth, userIds: 'text' });
    await callWith(served, 'all', 'POST', '/heal', { body: '["a","a:","a:x1","b","b:1","c:1"]' });
    expect(await ids(LIST, 'tenant')).to.deep.equal(['a:', 'a:x1', 'b:1']);
  });

  it('is counted', async () => {
    served = await start();
    await heal('1', '2');
    served.daemon.connected = { sockets: 3, eventReaders: 0 };
    expect((await served.call('GET', '/stats')).json).to.deep.equal({
      users: { online: 2 },
      devices: 2,
      nodes: { registered: 0, active: 0, inactive: 0, failed: 0, paused: 0 },
      sockets: 3,
      event_readers: 0,
    });
    expect((await served.call('GET', '/stats?x=1')).status).to.equal(200);
  });
}
