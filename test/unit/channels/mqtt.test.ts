import { createServer, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { mqtt } from '../../../src/adapters/channels/mqtt/mqtt.js';
import type { BaseNotifier } from '../../../src/ports/channel.js';
import { makeSignedCertificate } from '../../support/certificate.js';
import { eventually } from '../../support/eventually.js';
import { MosquittoProcess, type MosquittoOptions } from '../../support/mosquitto-process.js';
import { NameServer } from '../../support/name-server.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import {
  attempt,
  FAILED,
  group,
  NASTY_FAILURE,
  RECOVERED,
  refusal,
  secret,
  tools,
  type ToolsOptions,
} from './support.js';

const TOPIC = 'heartbeat/alerts';

describe('an MQTT channel', () => {
  const stops: (() => Promise<unknown>)[] = [];
  let shared: MosquittoProcess;

  before(async () => {
    shared = await MosquittoProcess.start();
  });

  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  after(() => shared.stop());

  async function serve(options: MosquittoOptions): Promise<MosquittoProcess> {
    const broker = await MosquittoProcess.start(options);
    stops.push(() => broker.stop());
    return broker;
  }

  async function listen(broker: MosquittoProcess, topic = TOPIC) {
    const listener = await broker.listen(topic);
    stops.push(() => listener.stop());
    return listener.heard;
  }

  function make(url = shared.url, own: object = {}, options: ToolsOptions = {}): BaseNotifier {
    const settings = mqtt.settings.parse({ topic: TOPIC, ...own });
    const notifier = mqtt.create(settings, { url: secret(url) }, tools(options));
    stops.push(() => notifier.close());
    return notifier;
  }

  it('publishes alerts as JSON with QoS 1, over one connection, in both versions', async () => {
    const heard = await listen(shared);
    for (const version of [5, '3.1.1']) {
      const notifier = make(shared.url, { version, client_id: 'heartbeat' });
      for (const alert of [FAILED, NASTY_FAILURE, RECOVERED]) await notifier.notify(alert, attempt());
      await notifier.close();
    }
    const alerts = [FAILED, NASTY_FAILURE, RECOVERED];
    await eventually(() =>
      expect(heard.map(({ text }): unknown => JSON.parse(text))).to.deep.equal([...alerts, ...alerts]),
    );
    expect(heard.map(({ qos }) => qos)).to.deep.equal([1, 1, 1, 1, 1, 1]);
  });

  it('is delivered without a subscriber, and leaves the last alert on the topic where it is told to', async () => {
    const retained = { topic: 'heartbeat/last', retain: true };
    for (const own of [retained, { topic: 'heartbeat/none' }])
      await make(shared.url, own).notify(FAILED, attempt());
    const heard = await listen(shared, 'heartbeat/last');
    await eventually(() => expect(heard).to.have.length(1));
    expect(await listen(shared, 'heartbeat/none')).to.have.length(0);
  });

  it('sends very many nodes in parts, as many as the broker takes, each once', async () => {
    const broker = await serve({ largest: 20_000 });
    const heard = await listen(broker);
    const notifier = make(broker.url, { max_nodes: 300 });
    const many = group(700);
    await notifier.notify(many, attempt());
    const parts = () => heard.map(({ text }) => JSON.parse(text) as typeof many);
    await eventually(() => expect(parts().flatMap(({ nodes }) => nodes)).to.deep.equal(many.nodes));
    expect(heard.length).to.be.greaterThan(3);
    expect(new Set(parts().map(({ id }) => id)).size).to.equal(heard.length);
    for (const { text } of heard) expect(Buffer.byteLength(text)).to.be.below(20_000);
  });

  it('is a dead letter where one message alone is larger than the broker takes', async () => {
    const broker = await serve({ largest: 2_000 });
    const { message, permanent } = await refusal(make(broker.url), NASTY_FAILURE);
    expect(message).to.match(/^the broker takes packets of at most 2000 bytes, and this one has \d+$/);
    expect(permanent).to.equal(true);
  });

  it('is a dead letter where the broker accepts neither the login nor the topic', async () => {
    const broker = await serve({ login: ['me', 'hush:hush/1'] });
    const wrong = await refusal(make(`mqtt://me:hush-2@127.0.0.1:${String(broker.port)}`));
    expect(wrong).to.include({
      message: 'the broker refuses it: Connection refused: Not authorized',
      permanent: true,
    });
    const heard = await listen(broker);
    await make(broker.url).notify(FAILED, attempt());
    await eventually(() => expect(heard).to.have.length(1));

    const narrow = await serve({ writable: 'other' });
    expect(await refusal(make(narrow.url))).to.include({
      message: 'the broker refuses it: Publish error: Not authorized',
      permanent: true,
    });
    await make(narrow.url, { topic: 'other' }).notify(FAILED, attempt());
  });

  it('connects again after the broker was gone, and tries again meanwhile', async () => {
    const broker = await serve({});
    const notifier = make(broker.url);
    await notifier.notify(FAILED, attempt());
    await broker.kill();
    await eventually(async () =>
      expect(await refusal(notifier)).to.include({
        message: `cannot reach mqtt://127.0.0.1:${String(broker.port)}: connection refused`,
        permanent: false,
      }),
    );
    await broker.run();
    const heard = await listen(broker);
    await notifier.notify(RECOVERED, attempt());
    await eventually(() => expect(heard).to.have.length(1));
  });

  it('is not delivered before the broker says so, and takes a new connection for the next attempt', async () => {
    const broker = await serve({});
    const notifier = make(broker.url);
    await notifier.notify(FAILED, attempt());
    broker.pause();
    const controller = new AbortController();
    const refused = refusal(notifier, RECOVERED, controller.signal);
    controller.abort();
    expect(await refused).to.include({
      message: `cannot reach mqtt://127.0.0.1:${String(broker.port)}: it took too long`,
      permanent: false,
    });
    broker.resume();
    const heard = await listen(broker);
    await notifier.notify(RECOVERED, attempt());
    await eventually(() => expect(heard.length).to.be.greaterThan(0));
  });

  it('says when the other side is no broker', async () => {
    const server = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    const { message, permanent } = await refusal(make(`mqtt://127.0.0.1:${String(port)}`));
    expect(message).to.match(/^no connection to mqtt:\/\/127\.0\.0\.1:\d+: Invalid /);
    expect(permanent).to.equal(false);
  });

  it('over TLS trusts the private authority of ca_file, and no broker without it', async () => {
    const directory = await temporaryDirectory();
    stops.push(() => directory.remove());
    const certificate = makeSignedCertificate(directory.path);
    const broker = await serve({ certificate });
    const { message } = await refusal(make(broker.url));
    expect(message).to.match(
      /: its certificate is signed by nobody who is trusted, and ca_file does not have them$/,
    );
    const heard = await listen(broker);
    await make(broker.url, {}, { ca: certificate.authority }).notify(FAILED, attempt());
    await eventually(() => expect(heard).to.have.length(1));
  });

  it('refuses a name that stands for the loopback, unless it is allowed', async () => {
    const server = await NameServer.start({ 'mqtt.test': ['127.0.0.1'] });
    stops.push(() => server.stop());
    const names = { servers: [server.address], resolvConf: '/nowhere', hostsFile: '/nowhere' };
    const url = `mqtt://mqtt.test:${String(shared.port)}`;
    expect((await refusal(make(url, {}, { names }))).message).to.include('not in allow_addresses');
    await make(url, {}, { names, allow: ['127.0.0.1'] }).notify(FAILED, attempt());
  });
});
