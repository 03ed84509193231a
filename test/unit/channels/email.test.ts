import { execFile } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { email } from '../../../src/adapters/channels/email/email.js';
import { letterOf } from '../../../src/adapters/channels/email/letter.js';
import type { BaseNotifier } from '../../../src/ports/channel.js';
import { makeCertificate, makeSignedCertificate } from '../../support/certificate.js';
import { eventually } from '../../support/eventually.js';
import { NameServer } from '../../support/name-server.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SmtpProcess, type SmtpBehaviour } from '../../support/smtp-process.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { WITH_TYPESCRIPT } from '../../support/typescript.js';
import {
  attempt,
  EVERY_KIND,
  FAILED,
  group,
  NASTY_FAILURE,
  RECOVERED,
  refusal,
  secret,
  tools,
  type ToolsOptions,
} from './support.js';

const run = promisify(execFile);

/** Longer than any test runs, in milliseconds. */
const FOREVER = 600_000;
const TO = ['ops@example.org', 'boss@example.org'];
const FROM = 'Heartbeat <heartbeat@example.org>';

describe('an email channel', () => {
  const stops: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function serve(behaviour: SmtpBehaviour = {}): Promise<SmtpProcess> {
    const server = await SmtpProcess.start(behaviour);
    stops.push(() => server.stop());
    return server;
  }

  function make(
    url: string,
    {
      to = TO,
      starttls,
      ...options
    }: ToolsOptions & { to?: string[]; starttls?: 'required' | 'offered' | 'never' } = {},
  ): BaseNotifier {
    const own = { from: FROM, to, starttls };
    const notifier = email.create(own, { url: secret(url) }, tools(options));
    stops.push(() => notifier.close());
    return notifier;
  }

  const withLogin = ({ port }: SmtpProcess, password = 'p%40ss-hush-hush') =>
    `smtp://me%40example.org:${password}@127.0.0.1:${port}`;

  it('trusts the private authority of ca_file with smtps and STARTTLS, and no server without it', async () => {
    const directory = await temporaryDirectory();
    stops.push(() => directory.remove());
    const certificate = makeSignedCertificate(directory.path);
    const secure = await serve({ tls: certificate.files });
    const offering = await serve({ startTls: certificate.files });
    for (const [server, url, starttls] of [
      [secure, `smtps://127.0.0.1:${secure.port}`, 'offered'],
      [offering, offering.url, 'required'],
    ] as const) {
      const { message } = await refusal(make(url, { starttls }));
      expect(message).to.match(
        /: its certificate is signed by nobody who is trusted, and ca_file does not have them(?:$|;)/,
      );
      expect(server.mails).to.have.length(0);
      await make(url, { starttls, ca: certificate.authority }).notify(FAILED, attempt());
      await eventually(() => expect(server.mails).to.have.length(1));
      expect(server.mails[0]?.encrypted).to.equal(true);
    }
  });

  it('sends a mail with a text and HTML, under an id that is the same over every attempt', async () => {
    const server = await serve();
    const notifier = make(server.url);
    await notifier.notify(FAILED, attempt());
    await notifier.notify(FAILED, attempt());
    await eventually(() => expect(server.mails).to.have.length(2));
    const [mail, again] = server.mails;
    expect(mail).to.deep.include({ sender: 'heartbeat@example.org', recipients: TO, encrypted: false });
    const { content } = mail!;
    expect(content).to.match(/^From: Heartbeat <heartbeat@example\.org>\r$/m);
    expect(content).to.match(/^To: ops@example\.org, boss@example\.org\r$/m);
    expect(content).to.match(/^Auto-Submitted: auto-generated\r$/m);
    expect(content).to.match(/^Content-Type: multipart\/alternative;/m);
    expect(content).to.match(/^Content-Type: text\/plain; charset=utf-8\r$/m);
    expect(content).to.match(/^Content-Type: text\/html; charset=utf-8\r$/m);
    expect(content).to.include("Node 'node1' has failed: no heartbeat for 2 min.");
    const id = /^Message-ID: (<.*>)\r$/m;
    expect(id.exec(content)?.[1]).to.equal(`<${FAILED.id}@example.org>`);
    expect(id.exec(again!.content)?.[1]).to.equal(id.exec(content)?.[1]);
  });

  it('threads the mails of one node, and not those of others', async () => {
    const server = await serve();
    const notifier = make(server.url);
    const other = { ...FAILED, node: { ...FAILED.node!, name: 'node2' } };
    for (const alert of [FAILED, RECOVERED, other]) await notifier.notify(alert, attempt());
    await eventually(() => expect(server.mails).to.have.length(3));
    const threads = server.mails.map(({ content }) => /^References: (.*)\r$/m.exec(content)?.[1]);
    expect(threads[0]).to.match(/^<.+@example\.org>$/);
    expect(threads[1]).to.equal(threads[0]);
    expect(threads[2]).to.not.equal(threads[0]);
  });

  it('sends every type of alert', async () => {
    const server = await serve();
    const notifier = make(server.url);
    for (const alert of EVERY_KIND) await notifier.notify(alert, attempt());
    await eventually(() => expect(server.mails).to.have.length(EVERY_KIND.length));
    for (const { content } of server.mails) {
      for (const line of content.split('\r\n')) expect(line.length).to.be.at.most(998);
    }
  });

  describe('in its mails', () => {
    it('has a subject of one line, and no markup of somebody else’s', () => {
      const { subject, html, text } = letterOf(NASTY_FAILURE);
      expect(subject)
        .to.have.length.at.most(200)
        .and.not.match(/[\r\n]/);
      expect(html).to.include('&lt;b&gt;&amp;amp;').and.not.include('<b>').and.not.include('<!channel>');
      expect(text).to.include('Nobody could be heard for: 12 s of it');
    });

    it('lists the nodes that it stands for, and says how many more there are', () => {
      const { text, html } = letterOf(group(1234));
      expect(text).to.match(/^Of 1234 nodes, some have failed\.\n\n- n0 is back\n- n1 is failed\n/);
      for (const each of [text, html]) expect(each).to.include('… and 234 more');
    });
  });

  describe('that is refused', () => {
    it('is a dead letter when the server wants no such mail, and tried again when it has no room just now', async () => {
      const final = await serve({ refuseMail: '554 5.7.1 no such mail here' });
      expect(await refusal(make(final.url))).to.include({
        message: 'answered 554 5.7.1 no such mail here',
        permanent: true,
      });
      const full = await serve({ refuseMail: '452 4.3.1 no room' });
      expect(await refusal(make(full.url))).to.include({
        message: 'answered 452 4.3.1 no room',
        permanent: false,
      });
    });

    it('for all of its addresses depends on the reply for each', async () => {
      const unknown = await serve({
        refuse: { [TO[0]!]: '550 5.1.1 unknown', [TO[1]!]: '550 5.1.1 unknown' },
      });
      expect(await refusal(make(unknown.url))).to.have.property('permanent', true);
      const mixed = await serve({
        refuse: { [TO[0]!]: '550 5.1.1 unknown', [TO[1]!]: '450 4.2.1 greylisted' },
      });
      expect(await refusal(make(mixed.url))).to.have.property('permanent', false);
    });

    it('for one of its addresses counts as delivered, and the log names that address', async () => {
      const logger = new RecordingLogger();
      const server = await serve({ refuse: { [TO[1]!]: '550 5.1.1 unknown' } });
      await make(server.url, { logger }).notify(FAILED, attempt());
      expect(logger.lines).to.have.length(1);
      expect(logger.lines[0]).to.deep.include({
        level: 'error',
        fields: { channel: 'ops', alert: FAILED.id, to: TO[1], error: 'answered 550 5.1.1 unknown' },
      });
    });

    it('for one of its addresses just now is sent again to that one only', async () => {
      const server = await serve({ refuse: { [TO[1]!]: '450 4.2.1 greylisted' } });
      const notifier = make(server.url);
      expect(await refusal(notifier)).to.include({
        message: `not taken for ${TO[1]!}: answered 450 4.2.1 greylisted`,
        permanent: false,
      });
      expect(await refusal(notifier)).to.have.property('permanent', false);
      await eventually(() => expect(server.mails).to.have.length(1));
      expect(server.mails[0]?.recipients).to.deep.equal([TO[0]]);
    });
  });

  describe('with a login', () => {
    it('sends it over TLS only', async () => {
      const server = await serve({ login: 'me@example.org:p@ss-hush-hush' });
      const { message, permanent } = await refusal(make(withLogin(server)));
      expect(message).to.match(
        /^cannot encrypt to smtp:\/\/127\.0\.0\.1:\d+: .*starttls: never sends all of it in the clear$/,
      );
      expect(permanent).to.equal(false);
      expect(server.logins).to.deep.equal([]);
    });

    it('sends it in the clear where that is wanted', async () => {
      const server = await serve({ login: 'me@example.org:p@ss-hush-hush' });
      await make(withLogin(server), { starttls: 'never' }).notify(FAILED, attempt());
      await eventually(() => expect(server.mails[0]).to.include({ authenticated: true, encrypted: false }));
    });

    it('never says its password', async () => {
      const server = await serve({ login: 'me@example.org:another' });
      const refused = await refusal(make(withLogin(server), { starttls: 'never' }));
      expect(refused.message)
        .to.match(/^answered 535 /)
        .and.not.include('hush');
      expect(refused.permanent).to.equal(true);
      await eventually(() => expect(server.logins).to.include('me@example.org:p@ss-hush-hush'));
    });
  });

  it('rejects a self-signed certificate', async () => {
    const directory = await temporaryDirectory();
    stops.push(() => directory.remove());
    const { files } = makeCertificate(directory.path, 'mail');
    const offering = await serve({ startTls: files });
    const secure = await serve({ tls: files });
    for (const url of [offering.url, `smtps://127.0.0.1:${secure.port}`]) {
      const { message, permanent } = await refusal(make(url));
      expect(message).to.match(/^cannot (?:encrypt to|reach) smtps?:\/\/127\.0\.0\.1:\d+: .*self-signed/);
      expect(permanent).to.equal(false);
    }
    await make(offering.url, { starttls: 'never' }).notify(FAILED, attempt());
    await eventually(() => expect(offering.mails[0]).to.include({ encrypted: false }));
  });

  it('encrypts, and logs in, where the certificate of the server is believed', async () => {
    const directory = await temporaryDirectory();
    stops.push(() => directory.remove());
    const { files } = makeCertificate(directory.path, 'mail');
    const login = 'me@example.org:p@ss-hush-hush';
    const offering = await serve({ startTls: files, login });
    const secure = await serve({ tls: files, login });
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: files.certificate };
    for (const url of [withLogin(offering), withLogin(secure).replace('smtp:', 'smtps:')]) {
      await run(process.execPath, [...WITH_TYPESCRIPT, 'test/support/send-mail.ts', url], { env });
    }
    for (const { mails } of [offering, secure]) {
      await eventually(() => expect(mails[0]).to.include({ encrypted: true, authenticated: true }));
    }
  });

  it('reports that there is no server, and tries again', async () => {
    expect(await refusal(make('smtp://127.0.0.1:1'))).to.include({
      message: 'cannot reach smtp://127.0.0.1:1: connection refused',
      permanent: false,
    });
  });

  it('ends when its attempt is over, though the server hangs, and delays no other channel meanwhile', async () => {
    const hanging = createServer();
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    const { port } = hanging.address() as AddressInfo;
    const hooks = await SmtpProcess.start();
    stops.push(
      () => new Promise((resolve) => hanging.close(resolve)),
      () => hooks.stop(),
    );
    const controllers = Array.from({ length: 20 }, () => new AbortController());
    const waiting = controllers.map(({ signal }) =>
      refusal(make(`smtp://127.0.0.1:${port}`), FAILED, signal),
    );
    await make(hooks.url).notify(FAILED, attempt());
    for (const controller of controllers) controller.abort();
    for (const { message, permanent } of await Promise.all(waiting)) {
      expect(message).to.equal(`cannot reach smtp://127.0.0.1:${port}: it took too long`);
      expect(permanent).to.equal(false);
    }
  });

  describe('with a name in its URL', () => {
    let names: NameServer;

    beforeEach(async () => {
      names = await NameServer.start({ 'mail.test': ['127.0.0.1'], 'meta.test': ['169.254.169.254'] });
      stops.push(() => names.stop());
    });

    const at = (name: string, port: number, options: ToolsOptions = {}) =>
      make(`smtp://${name}:${port}`, {
        ...options,
        names: { servers: [names.address], resolvConf: '/nowhere', hostsFile: '/nowhere', ...options.names },
      });

    for (const [name, address] of [
      ['mail.test', '127.0.0.1'],
      ['meta.test', '169.254.169.254'],
    ] as const) {
      it(`is refused at connection when it stands for ${address}`, async () => {
        expect((await refusal(at(name, 25))).message).to.equal(
          `cannot reach smtp://${name}:25: the name ${name} stands for ${address}, which is not in allow_addresses`,
        );
      });
    }

    it('is delivered where allow_addresses has its address', async () => {
      const server = await serve();
      await at('mail.test', server.port, { allow: ['127.0.0.1'] }).notify(FAILED, attempt());
      await eventually(() => expect(server.mails).to.have.length(1));
    });

    it('is told when no name server answers', async () => {
      names.silent = true;
      expect((await refusal(at('mail.test', 25))).message).to.match(
        /the name mail\.test cannot be resolved just now \(ETIMEOUT\)$/,
      );
    });

    it('delays no other channel while no name server answers', async () => {
      names.silent = true;
      let ended = 0;
      const waiting = Array.from({ length: 20 }, () =>
        refusal(at('mail.test', 25, { attemptTimeout: FOREVER, names: { timeout: FOREVER } })).finally(
          () => ended++,
        ),
      );
      await eventually(() => expect(names.asked).to.have.length(40));
      const server = await serve();
      for (let turn = 0; turn < 5; turn++) await make(server.url).notify(FAILED, attempt());
      expect(ended, 'channels whose name was answered first').to.equal(0);
      names.answer();
      for (const { message } of await Promise.all(waiting)) {
        expect(message).to.match(
          /the name mail\.test stands for 127\.0\.0\.1, which is not in allow_addresses$/,
        );
      }
    });
  });
});
