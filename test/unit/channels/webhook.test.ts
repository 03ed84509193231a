import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { makeChannels, type ChannelPlan } from '../../../src/adapters/channels/make.js';
import { webhook } from '../../../src/adapters/channels/webhook/webhook.js';
import type { AlertMessage, BaseNotifier } from '../../../src/ports/channel.js';
import { eventually } from '../../support/eventually.js';
import { behave, HookServer } from '../../support/hook-server.js';
import { NameServer } from '../../support/name-server.js';
import { attempt, FAILED, group, refusal, secret, tools, type ToolsOptions } from './support.js';

/** Longer than any test runs, in milliseconds. */
const FOREVER = 600_000;
const SECRET = 'a secret of 24 characters';

function planOf(url: string): ChannelPlan {
  return {
    policy: tools().policy,
    allowAddresses: [],
    secrets: [],
    make: (given) => webhook.create({ headers: {}, max_nodes: 500 }, { url: secret(url) }, given),
  };
}

describe('a webhook', () => {
  let server: HookServer;
  const made: BaseNotifier[] = [];
  const stops: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    server = await HookServer.start();
  });

  afterEach(async () => {
    await Promise.all(made.splice(0).map((notifier) => notifier.close()));
    await Promise.all(stops.splice(0).map((stop) => stop()));
    await server.stop();
  });

  function make({
    url = server.url,
    signed = true,
    headers = {},
    maxNodes = 500,
    ...options
  }: ToolsOptions & {
    url?: string;
    signed?: boolean;
    headers?: Record<string, string>;
    maxNodes?: number;
  } = {}): BaseNotifier {
    const secrets = { url: secret(url), secret: signed ? secret(SECRET) : undefined };
    const notifier = webhook.create({ headers, max_nodes: maxNodes }, secrets, tools(options));
    made.push(notifier);
    return notifier;
  }

  it('posts the alert as JSON, with the headers of Standard Webhooks and a signature over id, time and body', async () => {
    await make({ headers: { 'x-team': 'ops' } }).notify(FAILED, attempt());
    const [request] = server.requests;
    expect(request).to.include({ method: 'POST', path: '/hook' });
    expect(JSON.parse(request!.body)).to.deep.equal(FAILED);
    const { headers } = request!;
    expect(headers).to.include({
      'content-type': 'application/json',
      'webhook-id': FAILED.id,
      'x-team': 'ops',
    });
    const timestamp = headers['webhook-timestamp'];
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).to.be.at.most(60);
    const expected = createHmac('sha256', SECRET)
      .update(`${FAILED.id}.${String(timestamp)}.${request!.body}`)
      .digest('base64');
    expect(headers['webhook-signature']).to.equal(`v1,${expected}`);
  });

  it('takes a secret in the form of Standard Webhooks', async () => {
    const key = Buffer.from('twenty-four bytes of key');
    const notifier = webhook.create(
      { headers: {}, max_nodes: 500 },
      { url: secret(server.url), secret: secret(`whsec_${key.toString('base64')}`) },
      tools(),
    );
    made.push(notifier);
    await notifier.notify(FAILED, attempt());
    const { headers, body } = server.requests[0]!;
    const signed = `${FAILED.id}.${String(headers['webhook-timestamp'])}.${body}`;
    expect(headers['webhook-signature']).to.equal(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
  });

  it('sends no signature where it has no secret', async () => {
    await make({ signed: false }).notify(FAILED, attempt());
    expect(server.requests[0]?.headers).to.not.have.property('webhook-signature');
  });

  it('sends the name and password of its URL as a header', async () => {
    await make({ url: `http://me:p%40ss@127.0.0.1:${server.port}/` }).notify(FAILED, attempt());
    const [kind, pair = ''] = (server.requests[0]?.headers.authorization ?? '').split(' ');
    expect(kind).to.equal('Basic');
    expect(Buffer.from(pair, 'base64').toString()).to.equal('me:p@ss');
  });

  for (const status of [500, 502, 503, 408, 429, 301, 302]) {
    it(`is tried again when it is answered ${status}`, async () => {
      server.behaviour = behave.status(status, { location: 'http://127.0.0.1:1/' });
      const to = status < 400 ? ', to http://127.0.0.1:1/, and redirects are not followed' : '';
      expect(await refusal(make())).to.include({ message: `answered ${status}${to}`, permanent: false });
      expect(server.requests, 'redirects are not followed').to.have.length(1);
    });
  }

  it('says where a redirect leads, but for what may be a secret', async () => {
    const path = 'services/T0/B0123456789abcdef';
    const at = server.url.replace('/hook', `/${path}`);
    for (const [location, shown] of [
      ['https://new.example.org/hook', 'https://new.example.org/hook'],
      ['/elsewhere', `http://127.0.0.1:${server.port}/elsewhere`],
      [`https://me:word@new.example.org/${path}?token=0123`, 'https://new.example.org/(secret)?…'],
      ['mailto:ops@example.org', 'ops@example.org'],
    ] as const) {
      server.behaviour = behave.status(308, { location });
      const { message } = await refusal(make({ url: at }));
      expect(message.replace('new.example.org(secret)', 'new.example.org/(secret)'), location).to.equal(
        `answered 308, to ${shown}, and redirects are not followed`,
      );
    }
    server.behaviour = behave.status(301, { location: 'http://' });
    expect((await refusal(make())).message).to.equal('answered 301');
  });

  it('names the origin that it cannot reach', async () => {
    const url = 'http://127.0.0.1:1';
    const [channel] = (
      await makeChannels([{ ...planOf(url), secrets: [secret(url)] }], {
        clock: tools().clock,
        logger: tools().logger,
      })
    ).channels;
    const error: unknown = await channel!.notifier
      .notify(FAILED, attempt())
      .catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', `cannot reach ${url}: connection refused`);
    await channel!.notifier.close();
  });

  it('is delivered by an answer whose body never ends, again and again', async () => {
    const sockets = new Set<unknown>();
    let closed = 0;
    server.behaviour = (response) => {
      if (!sockets.has(response.socket)) response.socket?.once('close', () => closed++);
      sockets.add(response.socket);
      response.writeHead(200).write('and so on ');
    };
    const notifier = make();
    // Two connections at once, by its settings.
    for (let count = 0; count < 7; count++) await notifier.notify(FAILED, attempt());
    expect(server.requests).to.have.length(7);
    await eventually(() => expect(closed).to.equal(sockets.size));
  });

  describe('with a message that stands for more nodes than it takes at once', () => {
    const MANY = {
      ...group(1248),
      alert_ids: Array.from({ length: 1500 }, (_each, index) => `A${String(index)}`),
    };
    const sent = (): AlertMessage[] => server.requests.map(({ body }) => JSON.parse(body) as AlertMessage);

    it('says it in parts, each with an id of its own, and every node and alert in one of them', async () => {
      await make().notify(MANY, attempt());
      const parts = sent();
      expect(parts.map(({ part }) => part)).to.deep.equal([
        { from: 0, to: 500, of: 1248 },
        { from: 500, to: 1000, of: 1248 },
        { from: 1000, to: 1248, of: 1248 },
      ]);
      expect(parts.flatMap(({ nodes = [] }) => nodes)).to.deep.equal(MANY.nodes);
      expect(parts.flatMap(({ alert_ids = [] }) => alert_ids)).to.deep.equal(MANY.alert_ids);
      const ids = parts.map(({ id }) => id);
      expect(ids).to.deep.equal(['0-500', '500-1000', '1000-1248'].map((each) => `${MANY.id}.${each}`));
      expect(server.requests.map(({ headers }) => headers['webhook-id'])).to.deep.equal(ids);
      for (const { message, type } of parts)
        expect({ message, type }).to.deep.equal({ message: MANY.message, type: MANY.type });
    });

    it('is whole where all of them have room', async () => {
      await make().notify(group(500), attempt());
      await make({ maxNodes: 2000 }).notify(MANY, attempt());
      expect(sent()).to.deep.equal([group(500), MANY]);
    });

    it('halves them where the receiver says that it is too much, and sends nothing twice that was taken', async () => {
      const taken: AlertMessage[] = [];
      let busy = true;
      server.behaviour = (response, { body }) => {
        const message = JSON.parse(body) as AlertMessage;
        if ((message.nodes?.length ?? 0) > 100) return response.writeHead(413).end();
        if (busy && taken.length === 5) return response.writeHead(503).end();
        taken.push(message);
        return response.writeHead(204).end();
      };
      const notifier = make();
      expect(await refusal(notifier, MANY)).to.include({ message: 'answered 503', permanent: false });
      busy = false;
      await notifier.notify(MANY, attempt());
      expect(taken.flatMap(({ nodes = [] }) => nodes)).to.deep.equal(MANY.nodes);
      expect(taken.flatMap(({ alert_ids = [] }) => alert_ids)).to.deep.equal(MANY.alert_ids);
      expect(new Set(taken.map(({ id }) => id)).size).to.equal(taken.length);
    });

    it('is a dead letter where not even one node has room', async () => {
      server.behaviour = behave.status(413);
      expect(await refusal(make(), MANY)).to.include({ message: 'answered 413', permanent: true });
      expect(await refusal(make(), FAILED)).to.include({ message: 'answered 413', permanent: true });
    });
  });

  it('heeds a refusal whose body never ends', async () => {
    server.behaviour = (response) => response.writeHead(429, { 'retry-after': '1.5' }).write('slow down');
    expect(await refusal(make())).to.include({ message: 'answered 429: slow down', retryAfter: 1.5 });
  });

  for (const status of [400, 401, 404, 410, 422]) {
    it(`is refused for good when it is answered ${status}`, async () => {
      server.behaviour = behave.status(status, {}, 'no\n such   hook');
      expect(await refusal(make())).to.include({
        message: `answered ${status}: no such hook`,
        permanent: true,
      });
    });
  }

  it('honours Retry-After, in seconds and as a date by the clock of the server', async () => {
    server.behaviour = behave.status(429, { 'retry-after': '120' });
    expect(await refusal(make())).to.have.property('retryAfter', 120);
    server.behaviour = behave.status(503, {
      date: 'Sun, 22 Nov 2026 08:00:00 GMT',
      'retry-after': 'Sun, 22 Nov 2026 08:01:30 GMT',
    });
    expect(await refusal(make())).to.have.property('retryAfter', 90);
    for (const text of ['soon', '-5', '', 'NaN', 'Infinity']) {
      server.behaviour = behave.status(429, { 'retry-after': text });
      expect(await refusal(make()), text).to.have.property('retryAfter', undefined);
    }
  });

  it('shows a part of what the server says, and never a secret in it', async () => {
    server.behaviour = behave.status(400, {}, `${SECRET} is wrong. ${'x'.repeat(100_000)}`);
    const { message } = await refusal(make());
    expect(message).to.match(/^answered 400: \(secret\) is wrong\. x+…$/);
    expect(message.length).to.be.lessThan(300);
  });

  it('ends when its attempt is over, though the server hangs', async () => {
    server.behaviour = behave.hang;
    const controller = new AbortController();
    const refused = refusal(make(), FAILED, controller.signal);
    await eventually(() => expect(server.requests).to.have.length(1));
    controller.abort();
    expect((await refused).message).to.equal(
      `cannot reach http://127.0.0.1:${server.port}: it took too long`,
    );
  });

  it('is delivered once it was taken, however the answer goes on', async () => {
    server.behaviour = behave.hangInTheBody;
    await make().notify(FAILED, attempt());
    expect(server.requests).to.have.length(1);
  });

  it('is tried again when the connection is reset or refused', async () => {
    server.behaviour = behave.reset;
    expect(await refusal(make())).to.deep.include({
      message: `cannot reach http://127.0.0.1:${server.port}: connection reset`,
      permanent: false,
    });
    expect((await refusal(make({ url: 'http://127.0.0.1:1/secret-path' }))).message).to.equal(
      'cannot reach http://127.0.0.1:1: connection refused',
    );
  });

  describe('with a name in its URL', () => {
    let names: NameServer;

    beforeEach(async () => {
      names = await NameServer.start({
        'loop.test': ['127.0.0.1'],
        'meta.test': ['169.254.169.254'],
        'both.test': ['169.254.1.1', '127.0.0.1'],
      });
      stops.push(() => names.stop());
    });

    const at = (name: string, options: ToolsOptions = {}) =>
      make({
        url: `http://${name}:${server.port}/`,
        ...options,
        names: { servers: [names.address], resolvConf: '/nowhere', hostsFile: '/nowhere', ...options.names },
      });

    it('is told when it does not resolve', async () => {
      expect((await refusal(at('nobody.test'))).message).to.equal(
        `cannot reach http://nobody.test:${server.port}: the name nobody.test does not resolve`,
      );
    });

    it('is told when no name server answers, and soon', async () => {
      names.silent = true;
      expect((await refusal(at('loop.test'))).message).to.match(
        /: the name loop\.test cannot be resolved just now \(ETIMEOUT\)$/,
      );
    });

    it('delays no other channel while no name server answers', async () => {
      names.silent = true;
      let ended = 0;
      const waiting = Array.from({ length: 20 }, () =>
        refusal(at('loop.test', { attemptTimeout: FOREVER, names: { timeout: FOREVER } })).finally(
          () => ended++,
        ),
      );
      await eventually(() => expect(names.asked).to.have.length(40));
      for (let turn = 0; turn < 10; turn++) await make().notify(FAILED, attempt());
      expect(server.requests).to.have.length(10);
      expect(ended, 'channels whose name was answered first').to.equal(0);
      names.answer();
      for (const { message } of await Promise.all(waiting)) {
        expect(message).to.match(
          /the name loop\.test stands for 127\.0\.0\.1, which is not in allow_addresses$/,
        );
      }
    });

    for (const [name, address] of [
      ['loop.test', '127.0.0.1'],
      ['meta.test', '169.254.169.254'],
    ] as const) {
      it(`is refused at connection when it stands for ${address}`, async () => {
        expect((await refusal(at(name))).message).to.equal(
          `cannot reach http://${name}:${server.port}: the name ${name} stands for ${address}, which is not in allow_addresses`,
        );
        expect(server.requests).to.have.length(0);
      });
    }

    it('is delivered where allow_addresses has its address, and to that one only', async () => {
      await at('loop.test', { allow: ['127.0.0.1'] }).notify(FAILED, attempt());
      await at('both.test', { allow: ['127.0.0.0/8'] }).notify(FAILED, attempt());
      expect(server.requests).to.have.length(2);
    });

    it('is looked for in the hosts file', async () => {
      const notifier = make({
        url: `http://localhost:${server.port}/`,
        allow: ['127.0.0.1', '::1'],
        names: { servers: [names.address] },
      });
      await notifier.notify(FAILED, attempt());
      expect(names.asked).to.deep.equal([]);
    });
  });
});
