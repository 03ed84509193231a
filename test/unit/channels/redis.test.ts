import { expect } from 'chai';
import { redis } from '../../../src/adapters/channels/redis/redis.js';
import type { BaseNotifier } from '../../../src/ports/channel.js';
import { makeSignedCertificate } from '../../support/certificate.js';
import { eventually } from '../../support/eventually.js';
import { NameServer } from '../../support/name-server.js';
import { RedisProcess } from '../../support/redis-process.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { attempt, FAILED, refusal, secret, tools, type ToolsOptions } from './support.js';

describe('a Redis channel', () => {
  let server: RedisProcess;
  let notifier: BaseNotifier | undefined;

  before(async () => {
    server = await RedisProcess.start();
  });

  afterEach(async () => {
    await notifier?.close();
    notifier = undefined;
  });

  after(() => server.stop());

  function make(url = server.url, options: ToolsOptions = {}): BaseNotifier {
    notifier = redis.create({ channel: 'heartbeat' }, { url: secret(url) }, tools(options));
    return notifier;
  }

  it('publishes the alert as JSON', async () => {
    const listener = await server.listen('heartbeat');
    await make().notify(FAILED, attempt());
    await eventually(() =>
      expect(listener.heard.map((text): unknown => JSON.parse(text))).to.deep.equal([FAILED]),
    );
    listener.stop();
  });

  it('connects again after the server was gone', async () => {
    const channel = make();
    await channel.notify(FAILED, attempt());
    await server.stop();
    expect((await refusal(channel)).message).to.match(/connect|closed|Socket/i);
    await server.run();
    const listener = await server.listen('heartbeat');
    await eventually(() => channel.notify(FAILED, attempt()));
    await eventually(() => expect(listener.heard).to.have.length(1));
    listener.stop();
  });

  it('is told when there is no server, and tries again', async () => {
    const refused = await refusal(make('redis://127.0.0.1:1'));
    expect(refused.message).to.match(/^cannot connect: .*ECONNREFUSED/);
    expect(refused.permanent).to.equal(false);
  });

  it('never says its password', async () => {
    const guarded = await RedisProcess.start('a-password-of-ours');
    try {
      const { message } = await refusal(make(`redis://user:wrong-password@127.0.0.1:${guarded.port}`));
      expect(message).to.include('WRONGPASS').and.not.include('wrong-password');
      await notifier?.close();
      await make(guarded.url).notify(FAILED, attempt());
    } finally {
      await guarded.stop();
    }
  });

  it('over TLS trusts the private authority of ca_file, and no server without it', async () => {
    const directory = await temporaryDirectory();
    const certificate = makeSignedCertificate(directory.path);
    const secure = await RedisProcess.start(undefined, certificate);
    try {
      const { message } = await refusal(make(secure.url));
      expect(message).to.equal(
        'cannot connect: its certificate is signed by nobody who is trusted, and ca_file does not have them',
      );
      await notifier?.close();
      const listener = await secure.listen('heartbeat');
      await make(secure.url, { ca: certificate.authority }).notify(FAILED, attempt());
      await eventually(() => expect(listener.heard).to.have.length(1));
      listener.stop();
    } finally {
      await notifier?.close();
      await secure.stop();
      await directory.remove();
    }
  });

  it('refuses a name that stands for the loopback, unless it is allowed', async () => {
    const names = await NameServer.start({ 'redis.test': ['127.0.0.1'] });
    const options = { servers: [names.address], resolvConf: '/nowhere', hostsFile: '/nowhere' };
    const url = `redis://redis.test:${server.port}`;
    try {
      expect((await refusal(make(url, { names: options }))).message).to.include('not in allow_addresses');
      await notifier?.close();
      await make(url, { names: options, allow: ['127.0.0.1'] }).notify(FAILED, attempt());
    } finally {
      await notifier?.close();
      await names.stop();
    }
  });
});
