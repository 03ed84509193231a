import { expect } from 'chai';
import {
  AppriseNotifier,
  BaseNotifier,
  GotifyNotifier,
  MatrixNotifier,
  PushoverNotifier,
  TwilioNotifier,
  ZulipNotifier,
  type AlertNotification,
} from '../../../src/index.js';
import { eventually } from '../../support/eventually.js';
import { behave, HookServer } from '../../support/hook-server.js';
import { Instances } from './support.js';

const TOKEN = 'azGDORePK8gMaC0QOYAMyEEuzJhush';
const ACCOUNT = `AC${'a'.repeat(32)}`;

class Ear extends BaseNotifier {
  readonly heard: AlertNotification[] = [];

  override notify(alert: AlertNotification): Promise<void> {
    this.heard.push(alert);
    return Promise.resolve();
  }
}

describe('notifiers of the library for providers', () => {
  const instances = new Instances();
  const servers: HookServer[] = [];

  afterEach(async () => {
    await instances.clear();
    for (const server of servers.splice(0)) await server.stop();
  });

  const serve = async (): Promise<HookServer> => {
    const server = await HookServer.start();
    servers.push(server);
    // Twilio's status for a message that it has taken; the others take any success but 204.
    server.behaviour = behave.status(201, {}, '{"status":1,"result":"success"}');
    return server;
  };

  it('send each alert to their provider, with their secret, and show it nowhere', async () => {
    const server = await serve();
    const url = `http://127.0.0.1:${server.port}`;
    const instance = await instances.make({
      notifiers: [
        new GotifyNotifier(url, `${TOKEN}gotify`),
        new PushoverNotifier(TOKEN, TOKEN, { device: 'phone', emergency: { retry: 30 }, url: `${url}/1` }),
        new MatrixNotifier(url, `${TOKEN}matrix`, '!ops:example.org'),
        new ZulipNotifier(url, `${TOKEN}zulip`, { email: 'bot@example.org', channel: 'ops' }),
        new TwilioNotifier(`${TOKEN}twilio`, {
          account: ACCOUNT,
          from: 'Heartbeat',
          to: ['+4915112345678'],
          maxSegments: 2,
          url,
        }),
        new AppriseNotifier(url, `${TOKEN}apprise`, { tag: 'ops' }),
      ],
    });
    await instance.nodes.register('db-1');
    await instance.nodes.fail('db-1');
    await eventually(() => expect(server.requests).to.have.length(6));
    const asked = new Map(server.requests.map((each) => [each.path.split('?')[0] ?? '', each]));
    const paths = [...asked.keys()].map((path) => path.replace(/^(\/_matrix\/client\/v3\/rooms)\/.*/, '$1'));
    expect(paths).to.have.members([
      '/message',
      '/1/messages.json',
      '/_matrix/client/v3/rooms',
      '/api/v1/messages',
      `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`,
      `/notify/${TOKEN}apprise`,
    ]);
    expect(asked.get('/message')?.headers['x-gotify-key']).to.equal(`${TOKEN}gotify`);
    expect(asked.get('/1/messages.json')?.body).to.include('"device":"phone"').and.include('"retry":30');
    const lines = JSON.stringify(instances.logger);
    expect(lines).to.not.include(TOKEN);
    expect(JSON.stringify(await instance.supervision())).to.not.include(TOKEN);
  });

  it('are told apart by what they are given, and refused in words', async () => {
    const url = 'https://push.example.org';
    const construct = (make: () => unknown) => make;
    expect(construct(() => new GotifyNotifier('ftp://x', TOKEN))).to.throw(
      TypeError,
      'the url must be an http or https URL',
    );
    expect(construct(() => new PushoverNotifier('short', TOKEN))).to.throw(TypeError, /^the token /);
    expect(construct(() => new MatrixNotifier(url, TOKEN, '#ops:example.org'))).to.throw(
      TypeError,
      /^room must be the id of a room/,
    );
    expect(construct(() => new ZulipNotifier(url, TOKEN, { email: 'x', channel: 'ops' }))).to.throw(
      TypeError,
      "email must be the bot's email address",
    );
    expect(
      construct(
        () => new TwilioNotifier(TOKEN, { account: ACCOUNT, messagingService: 'x', to: '+4915112345678' }),
      ),
    ).to.throw(TypeError, /^messagingService must be "MG"/);
    expect(construct(() => new AppriseNotifier(url, 'no key'))).to.throw(TypeError, /^the key must be/);
    expect(construct(() => Reflect.construct(GotifyNotifier, [url]))).to.throw(
      TypeError,
      'the token must be a text',
    );
  });
});

describe('publicUrl of the library', () => {
  const instances = new Instances();
  afterEach(() => instances.clear());

  const heardWith = async (publicUrl?: string) => {
    const ear = new Ear();
    const instance = await instances.make({
      notifiers: [ear],
      ...(publicUrl !== undefined && { publicUrl }),
    });
    await instance.nodes.register('db 1');
    await instance.nodes.fail('db 1');
    await eventually(() => expect(ear.heard).to.have.length(1));
    return ear.heard[0]?.links;
  };

  it('puts a link to the node into each message, and none that acts', async () => {
    const links = await heardWith('https://heartbeat.example.org/');
    expect(links).to.have.all.keys('node');
    expect(links?.node).to.match(/^https:\/\/heartbeat\.example\.org\/.*db%201$/);
    expect(await heardWith()).to.equal(undefined);
  });

  it('is checked like that of a daemon, by its own name', async () => {
    const error: unknown = await instances
      .make({ publicUrl: 'ftp://heartbeat.example.org' })
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(TypeError);
    expect((error as Error).message).to.match(/publicUrl: must be/);
  });
});
