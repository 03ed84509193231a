import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import type { HeartbeatClient } from '../../../src/client/index.js';
import { behave, HookServer, type Behaviour } from '../../support/hook-server.js';
import { eventually } from '../../support/eventually.js';
import { errorOf, impatient } from './support.js';

const JSON_HEAD = { 'content-type': 'application/json' };
const ONLINE = behave.status(200, JSON_HEAD, '{"status":"online"}');
const FORBIDDEN = behave.status(403, JSON_HEAD, '{"error":"no","code":"HEARTBEAT_FORBIDDEN"}');
const overloaded = (retryAfter: string): Behaviour =>
  behave.status(
    503,
    { ...JSON_HEAD, 'retry-after': retryAfter },
    '{"error":"try again later","code":"HEARTBEAT_OVERLOADED"}',
  );

/** What a call throws. */
async function thrownBy(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new TypeError('the call did not fail');
}

describe('calls that end early', () => {
  let server: HookServer;

  beforeEach(async () => {
    server = await HookServer.start();
  });

  afterEach(() => server.stop());

  /** Misbehaves so, request by request, and then well. */
  function misbehave(...badly: readonly Behaviour[]): void {
    const rest = [...badly];
    server.behaviour = (response, request) => (rest.shift() ?? ONLINE)(response, request);
  }

  it('are waited for by close', async () => {
    const { client } = impatient({ url: server.url });
    let answer: () => void = () => undefined;
    server.behaviour = (response, request) => {
      answer = () => ONLINE(response, request);
    };
    const order: string[] = [];
    const healing = client.heal(7).then(() => order.push('healed'));
    await eventually(() => expect(server.requests).to.have.length(1));
    const closing = client.close().then(() => order.push('closed'));
    answer();
    await Promise.all([healing, closing]);
    expect(order).to.deep.equal(['healed', 'closed']);
  });

  for (const moment of ['before the wait', 'during the wait', 'at its end'] as const) {
    it(`are not repeated once the client is closed ${moment}`, async () => {
      const closing: Promise<void>[] = [];
      const close = (): unknown => closing.push(client.close());
      const { client } = impatient(
        { url: server.url, onRetry: () => moment === 'before the wait' && close() },
        {
          wait: (_time, signal) => {
            if (moment !== 'before the wait') close();
            if (moment === 'at its end') return Promise.resolve();
            // It never ends by itself.
            return new Promise((_resolve, reject) => {
              const abort = (): void => reject(signal?.reason as Error);
              if (signal?.aborted === true) abort();
              else signal?.addEventListener('abort', abort);
            });
          },
        },
      );
      misbehave(overloaded('60'));
      expect(await errorOf(client.heal(7))).to.include({ code: 'HEARTBEAT_OVERLOADED' });
      await Promise.all(closing);
      expect(closing).to.have.length(1);
      expect(server.requests).to.have.length(1);
    });
  }

  it('leave nothing in the signal of their caller', async () => {
    const { signal } = new AbortController();
    const { client } = impatient({ url: server.url, key: () => Promise.resolve('key') });
    misbehave(overloaded('0'), behave.reset);
    await client.heal(7, { signal });
    server.behaviour = FORBIDDEN;
    await errorOf(client.events({ signal }).next());
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it('end with a key function that fails, gives no key, or takes too long', async () => {
    const failed = new Error('no token');
    const NO_KEY = 'a key must be printable ASCII without spaces';
    const throwing = (): never => {
      throw failed;
    };
    for (const [key, problem] of [
      [() => Promise.reject(failed), 'failed: no token'],
      [throwing, 'failed: no token'],
      [() => 'two words', NO_KEY],
      [() => undefined as unknown as string, NO_KEY],
      [() => new Promise<string>(() => undefined), 'gave none within 0.05 s'],
    ] as const) {
      const { client, waits } = impatient({ url: server.url, key, timeout: 0.05 });
      for (const call of [() => client.heal(7), () => client.events().next()]) {
        const error = await errorOf(call());
        expect(error).to.include({ code: 'HEARTBEAT_CLIENT_NO_KEY', status: 0 });
        expect(error.message).to.include(problem);
      }
      expect(waits).to.deep.equal([]);
      await client.close();
    }
    expect(server.requests).to.deep.equal([]);
  });

  it('end by their signal and by return while the key function is awaited', async () => {
    const reason = new Error('enough');
    const control = new AbortController();
    let asked = 0;
    const key = (): Promise<string> => {
      asked++;
      return new Promise(() => undefined);
    };
    const { client } = impatient({ url: server.url, key, timeout: 600 });
    const healing = thrownBy(() => client.heal(7, { signal: control.signal }));
    const events = client.events();
    const next = events.next();
    await eventually(() => expect(asked).to.equal(2));
    control.abort(reason);
    expect(await healing).to.equal(reason);
    await events.return();
    expect(await next).to.deep.equal({ done: true, value: undefined });
    await client.close();
    expect(server.requests).to.deep.equal([]);
  });

  for (const [name, many] of [
    ['goodbye', (client: HeartbeatClient, ids: readonly number[]) => client.goodbye(ids)],
    ['rhythm', (client: HeartbeatClient, ids: readonly number[]) => client.rhythm(ids)],
  ] as const) {
    it(`begin no further request of many by ${name} once one has failed`, async () => {
      const { client } = impatient({ url: server.url, retries: 0 });
      const ids = Array.from({ length: 100 }, (_, id) => id);
      server.behaviour = behave.status(401, JSON_HEAD, '{"error":"unknown key"}');
      expect(await errorOf(many(client, ids))).to.include({ code: 'HEARTBEAT_UNAUTHORIZED' });
      const { length } = server.requests;
      // As many as are sent at once.
      expect(length).to.be.within(1, 8);
      await client.close();
      expect(server.requests).to.have.length(length);
    });
  }

  it('send nothing if one of many ids is wrong', async () => {
    const { client } = impatient({ url: server.url });
    const wrong = [...Array.from({ length: 10_000 }, (_, id) => id), 2 ** 53];
    for (const call of [
      () => client.goodbye(wrong),
      () => client.rhythm(wrong),
      () => client.heal(wrong),
      () => client.checkup(wrong),
    ]) {
      const error = await thrownBy(call);
      expect(error).to.be.instanceOf(TypeError);
      expect(String(error)).to.include('safe integer, not 9007199254740992');
    }
    expect(server.requests).to.deep.equal([]);
  });

  it('send instants to a millisecond in bodies, and as whole seconds in queries', async () => {
    const { client } = impatient({ url: server.url });
    server.behaviour = FORBIDDEN;
    const at = new Date(1_800_000_000_250);
    const seconds = 1_800_000_000.25;
    await errorOf(client.silences.add({ matchers: ['a=b'], startsAt: at, endsAt: at, by: 'ann' }));
    await errorOf(client.nodes.pause('db-1', { until: at }));
    await errorOf(client.nodes.acknowledge('db-1', { by: 'ann', until: at }));
    await errorOf(client.rhythm(7, { from: at }));
    const [silence, pause, acknowledgement, rhythm] = server.requests;
    expect(JSON.parse(silence?.body ?? '')).to.include({ starts_at: seconds, ends_at: seconds });
    expect(JSON.parse(pause?.body ?? '')).to.deep.equal({ until: seconds });
    expect(JSON.parse(acknowledgement?.body ?? '')).to.include({ until: seconds });
    expect(rhythm?.path).to.equal('/hook/heart_rhythm/7?from=1800000000');
  });

  it('take no names of the API in bodies, except in data', async () => {
    const { client } = impatient({ url: server.url });
    for (const [call, name] of [
      [() => client.nodes.register('db-1', { max_retries: 1 } as object), 'max_retries'],
      [() => client.nodes.register('db-1', { schedule: { time_zone: 'UTC' } } as object), 'time_zone'],
      [() => client.silences.add({ matchers: [], by: 'ann', ends_at: 5 } as never), 'ends_at'],
    ] as const) {
      const error = await thrownBy(call);
      expect(error).to.be.instanceOf(TypeError);
      expect(String(error)).to.include(`unknown option ${name}`);
    }
    expect(server.requests).to.deep.equal([]);
    server.behaviour = FORBIDDEN;
    await errorOf(client.nodes.register('db-1', { labels: { team_name: 'a_b' } }));
    expect(JSON.parse(server.requests[0]?.body ?? '')).to.deep.equal({ labels: { team_name: 'a_b' } });
  });
});
