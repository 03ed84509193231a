import { expect } from 'chai';

import { HeartbeatAnswerError, HeartbeatUnreachableError } from '../../../src/client/errors.js';
import { HeartbeatClient } from '../../../src/client/heartbeat-client.js';
import { parseUserId, type UserId } from '../../../src/domain/user-id.js';
import { UserBatch } from '../../../src/client/user-batch.js';
import { FakeDaemon, type FakeAnswer } from '../bench/support/fake-daemon.js';

const user = id('9007199254740993');

function id(digits: string): UserId {
  const parsed = parseUserId(digits);
  if (parsed === undefined) throw new TypeError(digits);
  return parsed;
}

describe('the client', () => {
  let daemon: FakeDaemon;
  let client: HeartbeatClient;
  let answer: FakeAnswer | undefined;

  beforeEach(async () => {
    answer = undefined;
    daemon = await FakeDaemon.listen({ sessionTimeoutMs: 7_000, intercept: () => answer });
    client = new HeartbeatClient(daemon.url);
  });

  afterEach(async () => {
    await client.close();
    await daemon.close();
  });

  it('heals, checks up, reads the history, says goodbye', async () => {
    expect(await client.checkup(user)).to.deep.equal({ id: user, status: 'offline' });
    expect(await client.heal(user)).to.equal('online');
    expect(await client.checkup(user)).to.deep.equal({ id: user, status: 'online' });
    const { id: answered, history } = await client.heartRhythm(user);
    expect(answered).to.equal('9007199254740993');
    expect(history).to.have.length(1);
    expect((history[0]?.offlineAt ?? 0) - (history[0]?.onlineAt ?? 0)).to.equal(7);
    expect(await client.goodbye(user)).to.equal('offline');
    expect(daemon.calls.slice(1)).to.deep.equal([
      'PUT /heal/9007199254740993',
      'GET /checkup/9007199254740993',
      'GET /heart_rhythm/9007199254740993',
      'DELETE /heal/9007199254740993',
    ]);
  });

  it('heals and asks for many at once, with every digit', async () => {
    const many = ['9223372036854775807', '-9223372036854775808', '5'].map(id);
    expect(await client.healMany(many)).to.deep.equal({ accepted: 3, rejected: [] });
    const asked = new UserBatch([...many, user]);
    expect(asked.size).to.equal(4);
    expect(await client.checkupMany(asked)).to.deep.equal({
      results: [...many.map((online) => ({ id: online, status: 'online' })), { id: user, status: 'offline' }],
      rejected: [],
    });
  });

  it('lists the rejected users of a batch, with reasons', async () => {
    const rejected = [{ index: 1, error: 'the mailbox is full' }];
    answer = { status: 200, body: JSON.stringify({ accepted: 1, rejected }) };
    expect(await client.healMany([id('1'), id('2')])).to.deep.equal({ accepted: 1, rejected });
    answer = { status: 200, body: JSON.stringify({ results: [{ id: 1, status: 'online' }], rejected }) };
    expect(await client.checkupMany([id('1'), id('2')])).to.deep.equal({
      results: [{ id: '1', status: 'online' }],
      rejected,
    });
  });

  it('keeps every digit of an id, of negative ones too', async () => {
    for (const digits of ['9223372036854775807', '-9223372036854775808', '0']) {
      expect((await client.checkup(id(digits))).id).to.equal(digits);
    }
  });

  it('asks for a part of a history, and says when more remains', async () => {
    answer = { status: 200, body: '{"id":1,"history":[{"online_at":1,"offline_at":8}],"next_cursor":"c"}' };
    const page = await client.heartRhythm(id('1'), {
      from: 1,
      to: 9,
      limit: 1,
      cursor: 'a b',
      order: 'desc',
    });
    expect(page).to.deep.equal({ id: '1', history: [{ onlineAt: 1, offlineAt: 8 }], nextCursor: 'c' });
    expect(daemon.calls).to.deep.equal(['GET /heart_rhythm/1?from=1&to=9&limit=1&cursor=a+b&order=desc']);
  });

  it('reads the supervision report of the daemon', async () => {
    expect(await client.supervision()).to.have.nested.property('users.online', 0);
  });

  it('puts the path of its address before every call', async () => {
    const prefixed = new HeartbeatClient(`${daemon.url}/presence/`);
    answer = { status: 200, body: '{"status":"online"}' };
    await prefixed.heal(user);
    await prefixed.close();
    expect(daemon.calls).to.deep.equal(['PUT /presence/heal/9007199254740993']);
  });

  it('rejects with status and body when the answer is another', async () => {
    answer = { status: 503, body: '{"error":"the store refuses writes"}' };
    const error = await client.heal(user).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(HeartbeatAnswerError);
    expect(error).to.include({ status: 503, body: '{"error":"the store refuses writes"}' });
    expect(error).to.have.property(
      'message',
      'PUT /heal/9007199254740993 answered 503: {"error":"the store refuses writes"}',
    );
  });

  const calls: Record<string, (client: HeartbeatClient) => Promise<unknown>> = {
    heal: (to) => to.heal(user),
    goodbye: (to) => to.goodbye(user),
    checkup: (to) => to.checkup(user),
    heart_rhythm: (to) => to.heartRhythm(user),
    supervision: (to) => to.supervision(),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`takes nothing for an answer to ${name} that is none`, async () => {
      for (const body of [
        '',
        'hello',
        name === 'supervision' ? '{' : '{"id":1.5,"status":"on","history":[{}]}',
      ]) {
        answer = { status: 200, body };
        const error = await call(client).catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(HeartbeatAnswerError);
        expect(error).to.include({ status: 200, body });
      }
    });
  }

  it('rejects with a code if there is no response', async () => {
    const gone = new HeartbeatClient('http://127.0.0.1:1');
    const error = await gone.heal(user).catch((reason: unknown) => reason);
    await gone.close();
    expect(error).to.be.instanceOf(HeartbeatUnreachableError);
    expect(error).to.have.property('code', 'ECONNREFUSED');
    expect(error).to.have.property(
      'message',
      'PUT /heal/9007199254740993 got no answer from http://127.0.0.1:1: ECONNREFUSED',
    );
  });
});
