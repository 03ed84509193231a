import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { readProxies, type Proxies } from '../../../src/adapters/channels/http/proxies.js';
import { webhook } from '../../../src/adapters/channels/webhook/webhook.js';
import type { BaseNotifier } from '../../../src/ports/channel.js';
import { makeCertificate, type Certificate } from '../../support/certificate.js';
import { HookServer } from '../../support/hook-server.js';
import { ProxyServer } from '../../support/proxy-server.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { attempt, FAILED, refusal, secret, tools, type ToolsOptions } from './support.js';

function proxiesIn(env: Readonly<Record<string, string>>): Proxies {
  const read = readProxies(env);
  if ('proxies' in read) return read.proxies;
  throw new TypeError(read.problems.join());
}

describe('a channel whose calls go through a proxy', () => {
  let server: HookServer;
  let proxy: ProxyServer;
  const made: BaseNotifier[] = [];

  beforeEach(async () => {
    server = await HookServer.start();
    proxy = await ProxyServer.start({ 'hooks.test': '127.0.0.1' });
  });

  afterEach(async () => {
    await Promise.all(made.splice(0).map((notifier) => notifier.close()));
    await proxy.stop();
    await server.stop();
  });

  function make(
    url: string,
    env: Readonly<Record<string, string>>,
    options: ToolsOptions & { readonly ca?: string } = {},
  ): BaseNotifier {
    const given = { ...tools(options), proxies: proxiesIn(env), ca: options.ca };
    const notifier = webhook.create({ headers: {}, max_nodes: 500 }, { url: secret(url) }, given);
    made.push(notifier);
    return notifier;
  }

  const named = () => `http://hooks.test:${server.port}/hook`;

  it('delivers by it, which resolves names', async () => {
    await make(named(), { HTTP_PROXY: proxy.url }).notify(FAILED, attempt());
    await make(named(), { https_proxy: '', http_proxy: `127.0.0.1:${proxy.port}` }).notify(FAILED, attempt());
    expect(server.requests.map(({ path }) => path)).to.deep.equal(['/hook', '/hook']);
    expect(proxy.asked).to.have.length(2);
    for (const target of proxy.asked) expect(target).to.include(`hooks.test:${server.port}`);
  });

  it('finds the proxy by its name, also at a private address, and sends it its password', async () => {
    const url = `http://me:p%40ss@localhost:${proxy.port}`;
    await make(named(), { HTTP_PROXY: url }).notify(FAILED, attempt());
    const [authorization = ''] = proxy.authorizations;
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).to.equal('me:p@ss');
  });

  it('connects directly to hosts in NO_PROXY, by its own rules', async () => {
    const direct = make(server.url, { HTTP_PROXY: proxy.url, NO_PROXY: 'example.org, 127.0.0.1' });
    await direct.notify(FAILED, attempt());
    expect([server.requests.length, proxy.asked.length]).to.deep.equal([1, 0]);
    const guarded = make(`http://localhost:${server.port}/`, { HTTP_PROXY: proxy.url, NO_PROXY: '*' });
    expect((await refusal(guarded)).message).to.include('the name localhost stands for');
  });

  it('asks the proxy for no address that the guard refuses, unless it is allowed', async () => {
    for (const host of ['127.0.0.1', '169.254.169.254', '[::1]', '[fd00:ec2::254]', '2130706433']) {
      const { message } = await refusal(make(`http://${host}:9/`, { HTTP_PROXY: proxy.url }));
      expect(message, host).to.match(/: the proxy is not asked for \S+, which is not in allow_addresses$/);
    }
    expect(proxy.asked).to.deep.equal([]);
    await make(server.url, { HTTP_PROXY: proxy.url }, { allow: ['127.0.0.1'] }).notify(FAILED, attempt());
    expect([server.requests.length, proxy.asked.length]).to.deep.equal([1, 1]);
  });

  it('is told that it was the proxy which did not connect, and not its password', async () => {
    proxy.refusal = 407;
    const refused = await refusal(make(named(), { HTTP_PROXY: proxy.url }));
    expect(refused.message).to.match(/^cannot reach http:\/\/hooks\.test:\d+: the proxy answered 407$/);
    expect(refused.permanent).to.equal(false);
    const gone = await refusal(make(named(), { HTTP_PROXY: 'http://me:hush@127.0.0.1:1' }));
    expect(gone.message).to.match(/: the proxy http:\/\/127\.0\.0\.1:1: connection refused$/);
  });

  describe('with TLS', () => {
    let certificate: Certificate;
    let secure: ReturnType<typeof createServer>;
    let heard = 0;

    before(async () => {
      const directory = await temporaryDirectory();
      certificate = makeCertificate(directory.path, 'server');
      await directory.remove();
      const { key, certificate: cert } = certificate;
      secure = createServer({ key, cert }, (_incoming, response) => {
        heard++;
        response.end();
      });
      await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    });

    after(() => {
      secure.closeAllConnections();
      secure.close();
    });

    const target = () => `https://127.0.0.1:${String((secure.address() as AddressInfo).port)}/`;

    it('trusts the certificates of ca_file, through the proxy and without it, and no others', async () => {
      const ways = [{ HTTPS_PROXY: proxy.url }, { HTTPS_PROXY: proxy.url, NO_PROXY: '*' }];
      for (const env of ways) {
        const { message } = await refusal(make(target(), env, { allow: ['127.0.0.1'] }));
        expect(message).to.match(/: its certificate is self-signed, and ca_file does not have it$/);
        expect(heard).to.equal(0);
      }
      for (const env of ways) {
        const options = { allow: ['127.0.0.1'], ca: certificate.certificate };
        await make(target(), env, options).notify(FAILED, attempt());
      }
      expect(heard).to.equal(2);
      expect(proxy.asked).to.have.length(2);
    });
  });
});

describe('the variables that name proxies', () => {
  it('are taken in either spelling, the small one first, with or without a scheme', () => {
    expect(
      proxiesIn({ HTTP_PROXY: 'http://a:1', http_proxy: 'b:2', HTTPS_PROXY: ' https://c ', NO_PROXY: 'x,y' }),
    ).to.deep.equal({ http: 'http://b:2', https: 'https://c', except: 'x,y' });
    expect(proxiesIn({})).to.deep.equal({ http: '', https: '', except: '' });
  });

  it('are refused where they name no HTTP proxy, and not shown', () => {
    const read = readProxies({ HTTP_PROXY: 'socks5://me:hush@p', HTTPS_PROXY: 'http://', NO_PROXY: '*' });
    expect('problems' in read && read.problems).to.deep.equal(
      ['HTTP_PROXY', 'HTTPS_PROXY'].map(
        (name) => `${name}: must be the URL of an HTTP proxy, such as http://proxy.example:3128`,
      ),
    );
  });
});
