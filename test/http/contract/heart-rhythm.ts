import { expect } from 'chai';
import { HeartbeatError } from '../../../src/errors.js';
import { sessionsInARow } from '../support/fake-daemon.js';
import { userId, type GatewayUnderTest, type Start } from '../support/gateway-under-test.js';

const USER = userId('-9007199254740993');

/** A history. Streaming and pages have their own files. */
export function heartRhythmContract(start: Start): void {
  let served: GatewayUnderTest;
  beforeEach(async () => {
    served = await start();
  });

  it('is empty for an unknown user', async () => {
    const { status, text } = await served.call('GET', `/heart_rhythm/${USER}`);
    expect([status, text]).to.deep.equal([200, `{"id":${USER},"history":[]}`]);
  });

  it('has the oldest first and the session going on last, in whole seconds', async () => {
    served.daemon.addEnded(USER, sessionsInARow(2));
    await served.call('PUT', `/heal/${USER}`);
    const { text, headers } = await served.call('GET', `/heart_rhythm/${USER}`);
    expect(text).to.equal(
      `{"id":${USER},"history":[{"online_at":1600000000,"offline_at":1600000009},` +
        '{"online_at":1600000020,"offline_at":1600000029},{"online_at":1700000000,"offline_at":1700000007}]}',
    );
    expect(headers['content-length']).to.equal(String(text.length));
  });

  it('is a 503 or a 500 when the store fails before the first byte', async () => {
    const unforeseen = '{"error":"internal server error"}';
    const busy = '{"error":"overloaded, try again later"}';
    const away = '{"error":"the store cannot be read now, try again later"}';
    for (const [error, status, text] of [
      [new HeartbeatError('HEARTBEAT_STORE_FAILED', 'no such block'), 500, unforeseen],
      [new HeartbeatError('HEARTBEAT_OVERLOADED', 'too much'), 503, busy],
      [new HeartbeatError('HEARTBEAT_STORE_AWAY', 'no answer'), 503, away],
      [new TypeError('a fault of ours'), 500, unforeseen],
    ] as const) {
      served.daemon.historyFault = { error, after: 0 };
      const answer = await served.call('GET', `/heart_rhythm/${USER}`);
      expect([answer.status, answer.text]).to.deep.equal([status, text]);
    }
    expect(served.logger.lines.map(({ level }) => level)).to.deep.equal(['error', 'debug', 'debug', 'error']);
  });

  it('names the parameter that cannot be used', async () => {
    const problems = {
      'from=abc': 'from',
      'from=1.5': 'from',
      'from=': 'from',
      'from=99999999999999': 'from',
      'to=1e3': 'to',
      'from=2&to=1': 'from',
      'limit=0': 'limit',
      'limit=-1': 'limit',
      'limit=1001': 'limit',
      'limit=9007199254740993': 'limit',
      'order=up': 'order',
      'order=ASC': 'order',
      'cursor=': 'cursor',
      'cursor=garbage': 'cursor',
      'cursor=%zz': 'cursor',
      'limit=1&limit=2': 'limit',
      'form=1': 'form',
      'from%5B%5D=1': 'from[]',
      '%22%3C=1': '\\"<',
    };
    for (const [query, name] of Object.entries(problems)) {
      const { status, json } = await served.call('GET', `/heart_rhythm/${USER}?${query}`);
      expect(status, query).to.equal(400);
      expect(Object.keys(json as object)).to.deep.equal(['error']);
      expect((json as { error: string }).error).to.contain(name);
    }
    expect(served.daemon.readingsEnded).to.equal(0);
  });

  it('takes the empty query, and negative seconds', async () => {
    for (const query of ['?', '?from=-5&to=-5', '?limit=1000', '?order=asc']) {
      expect((await served.call('GET', `/heart_rhythm/${USER}${query}`)).status, query).to.equal(200);
    }
  });
}

export interface ShownSession {
  readonly online_at: number;
  readonly offline_at: number;
}

export function historyIn(json: unknown): readonly ShownSession[] {
  return (json as { history: ShownSession[] }).history;
}
