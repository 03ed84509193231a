import { expect } from 'chai';
import { HmacLinkSigner } from '../../../src/adapters/links/hmac-link-signer.js';
import { MessageLinks } from '../../../src/adapters/channels/message-links.js';
import { RedactingNotifier } from '../../../src/adapters/channels/redacting-notifier.js';
import { Redaction } from '../../../src/adapters/channels/redaction.js';
import { Secret } from '../../../src/adapters/channels/secret.js';
import type { AlertLinks, AlertMessage } from '../../../src/ports/channel.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { diskUnderTest } from '../../support/store-under-test.js';
import { authOf, keyRule } from '../auth/support.js';
import { ServedDaemon } from '../support/served-daemon.js';

const PUBLIC_URL = 'https://heartbeat.example.org';
const SECRET = new Secret('a secret of at least thirty-two bytes');
const NASTY = `<b>"\\\n'&@x💥|~`;
const DAY = 86_400_000;

class LinkedDaemon extends ServedDaemon {
  readonly disk: ReturnType<typeof diskUnderTest>;
  readonly told: readonly AlertMessage[];

  constructor(auth?: ReturnType<typeof authOf>, disk = diskUnderTest()) {
    const clock = new SimulatedClock();
    clock.waitsFor = () => disk.busy > 0;
    const signer = new HmacLinkSigner(SECRET);
    const recording = recordingChannel('ops');
    const links = new MessageLinks('ops', { publicUrl: PUBLIC_URL, signer }, clock);
    const notifier = new RedactingNotifier(recording.channel.notifier, new Redaction([SECRET]), { links });
    const channels = [{ ...recording.channel, notifier }];
    super(new SimulatedApp({ clock, store: disk.attach(), channels }), auth, {}, { links: signer });
    this.disk = disk;
    this.told = recording.told;
  }

  /** A node that has just failed, and the links of the message about it. */
  async failed(name: string): Promise<Required<AlertLinks>> {
    const node = `/nodes/${encodeURIComponent(name)}`;
    const headers = { authorization: 'Bearer ops' };
    await this.call('PUT', node, { max_retries: 0 }, headers);
    // No two failures have the same instant.
    await this.daemon.clock.advance(1);
    const before = this.told.length;
    await this.call('POST', `${node}/fail`, undefined, headers);
    await this.daemon.clock.advance(1);
    const links = this.told.slice(before).find((each) => each.node?.name === name)?.links;
    if (links?.acknowledge === undefined || links.silence === undefined)
      throw new Error(`no links: ${JSON.stringify(links)}`);
    return { node: links.node, acknowledge: links.acknowledge, silence: links.silence };
  }

  show(url: string) {
    return this.plain('GET', pathOf(url));
  }

  /** As a browser does, which tells no origin from a page without a referrer. */
  use(url: string, headers: Record<string, string> = {}) {
    return this.plain('POST', pathOf(url), undefined, {
      origin: 'null',
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    });
  }

  async acknowledgement(name: string): Promise<unknown> {
    const answer = await this.call('GET', `/nodes/${encodeURIComponent(name)}`);
    return (answer.json as { acknowledged: unknown }).acknowledged;
  }

  async silences(): Promise<readonly Record<string, unknown>[]> {
    return ((await this.call('GET', '/silences')).json as { silences: Record<string, unknown>[] }).silences;
  }
}

function pathOf(url: string): string {
  expect(url).to.match(/^https:\/\/heartbeat\.example\.org\/links\/hbl1_[\w-]+$/);
  return url.slice(PUBLIC_URL.length);
}

const titleOf = (text: string) => /<h1>(.*?)<\/h1>/s.exec(text)?.[1]?.trim();

describe('a signed link', () => {
  let http: LinkedDaemon;

  const start = async (auth?: ReturnType<typeof authOf>) => {
    http = await new LinkedDaemon(auth).serve();
  };

  beforeEach(() => start());
  afterEach(async () => {
    http.disk.mend();
    await http.stop();
  });

  const expectRefused = async (url: string, status: number, title: string) => {
    // So that no request is one too many.
    await http.daemon.clock.advance(1_000);
    for (const answer of [await http.show(url), await http.use(url)]) {
      expect([answer.status, titleOf(answer.text)]).to.deep.equal([status, title]);
      expect(answer.headers).to.include({ 'referrer-policy': 'no-referrer' });
      expect(answer.text).to.not.include('<form');
    }
  };

  it('shows a page that asks, with its own form and nothing else', async () => {
    const { acknowledge, silence } = await http.failed('db1');
    const answer = await http.show(acknowledge);
    expect(answer.status).to.equal(200);
    expect(titleOf(answer.text)).to.equal('Acknowledge the failure of &#8216;db1&#8217;?');
    expect(answer.text).to.include('<form method="post"><button>Acknowledge</button></form>');
    expect(answer.text)
      .to.include('channel ops')
      .and.to.not.match(/<script|<link|<img|https?:/i);
    expect(answer.headers).to.deep.include({
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    const policy = String(answer.headers['content-security-policy']);
    expect(policy.replace(/'sha256-[^']+'/, 'HASH')).to.equal(
      "default-src 'none'; style-src HASH; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(titleOf((await http.show(silence)).text)).to.equal('Silence &#8216;db1&#8217; for an hour?');
  });

  it('changes nothing when its page is fetched, as previews do', async () => {
    const { acknowledge, silence } = await http.failed('db1');
    for (const url of [acknowledge, silence, acknowledge, silence]) {
      expect((await http.show(url)).status).to.equal(200);
      expect((await http.plain('HEAD', pathOf(url))).status).to.equal(200);
    }
    expect(await http.acknowledgement('db1')).to.equal(null);
    expect(await http.silences()).to.deep.equal([]);
    expect((await http.use(acknowledge)).status, 'it still works').to.equal(200);
  });

  it('acknowledges the failure once, in the name of its channel', async () => {
    const { acknowledge } = await http.failed(NASTY);
    const used = await http.use(acknowledge);
    expect(used.status).to.equal(200);
    expect(titleOf(used.text)).to.match(/^The failure of .* is acknowledged$/s);
    expect(used.text).to.not.include('<b>');
    const acknowledged = { by: 'channel ops', reason: 'by the link in its message', at: http.now };
    expect(await http.acknowledgement(NASTY)).to.deep.equal(acknowledged);
    await http.call('DELETE', `/nodes/${encodeURIComponent(NASTY)}/acknowledge`);
    await expectRefused(acknowledge, 410, 'This link has been used');
    expect(await http.acknowledgement(NASTY)).to.equal(null);
  });

  it('silences that node for an hour, once', async () => {
    const { silence } = await http.failed(NASTY);
    await http.call('PUT', `/nodes/${encodeURIComponent(`${NASTY}2`)}`);
    const answers = await Promise.all([http.use(silence), http.use(silence)]);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 410]);
    const [made, ...others] = await http.silences();
    expect(others).to.be.empty;
    expect(made).to.include({
      by: 'channel ops',
      reason: 'by the link in its message',
      state: 'active',
      ends_at: http.now + 3600,
    });
    expect(made).to.not.have.any.keys('link', 'key');
    const silencedBy = async (name: string) =>
      ((await http.call('GET', `/nodes/${encodeURIComponent(name)}`)).json as { silenced_by?: string[] })
        .silenced_by ?? [];
    expect(await silencedBy(NASTY)).to.deep.equal([made?.['id']]);
    expect(await silencedBy(`${NASTY}2`)).to.deep.equal([]);
    await http.call('DELETE', `/silences/${String(made?.['id'])}`);
    await expectRefused(silence, 410, 'This link has been used');
  });

  it('is void once the failure ends, and stays so when the node fails again or is deleted', async () => {
    const first = await http.failed('db1');
    await http.call('PUT', '/nodes/db1/heartbeat');
    const VOID = [410, 'This failure is over'] as const;
    await expectRefused(first.acknowledge, ...VOID);
    await expectRefused(first.silence, ...VOID);
    const second = await http.failed('db1');
    await expectRefused(first.acknowledge, ...VOID);
    await expectRefused(first.silence, ...VOID);
    expect((await http.use(second.acknowledge)).status).to.equal(200);
    await http.call('DELETE', '/nodes/db1');
    await expectRefused(second.silence, ...VOID);
    await http.failed('db1');
    await expectRefused(second.silence, ...VOID);
    expect(await http.silences()).to.deep.equal([]);
  });

  it('expires after 24 hours', async () => {
    const { acknowledge, silence } = await http.failed('db1');
    http.daemon.clock.jumpWall(DAY - 10_000);
    expect((await http.show(acknowledge)).status).to.equal(200);
    http.daemon.clock.jumpWall(10_000);
    await expectRefused(acknowledge, 410, 'This link has expired');
    await expectRefused(silence, 410, 'This link has expired');
    expect(await http.acknowledgement('db1')).to.equal(null);
  });

  it('is refused where any of it was changed, or where another secret has signed it', async () => {
    const { acknowledge } = await http.failed('db1');
    const token = acknowledge.slice(`${PUBLIC_URL}/links/`.length);
    const link = new HmacLinkSigner(SECRET).read(token)!;
    const foreign = new HmacLinkSigner(new Secret('b'.repeat(32))).sign(link);
    const bytes = Buffer.from(token.slice(5), 'base64url');
    const flipped = Array.from(bytes, (_each, at) => {
      const other = Buffer.from(bytes);
      other[at] = (other[at] ?? 0) ^ 1;
      return `hbl1_${other.toString('base64url')}`;
    });
    const signer = new HmacLinkSigner(SECRET);
    for (const forged of [...flipped, token.slice(0, -1), `${token}A`, token.slice(5), foreign, 'hbl1_', ''])
      expect(signer.read(forged), forged).to.equal(undefined);
    for (const forged of [flipped[0]!, flipped.at(-1)!, foreign, token.slice(0, -1), 'x'])
      await expectRefused(
        `${PUBLIC_URL}/links/${forged.startsWith('hbl1_') ? forged : 'hbl1_x'}`,
        404,
        'This link is not valid',
      );
    expect(await http.acknowledgement('db1')).to.equal(null);
  });

  it('needs no key where keys are configured, and gives none', async () => {
    await http.stop();
    await start(authOf(keyRule('ops', { scopes: ['admin'] })));
    const { acknowledge } = await http.failed('db1');
    expect((await http.show(acknowledge)).status).to.equal(200);
    expect((await http.use(acknowledge)).status).to.equal(200);
    expect((await http.call('GET', '/nodes/db1')).status).to.equal(401);
    expect((await http.plain('GET', '/links/hbl1_x/more')).status).to.be.oneOf([401, 404]);
  });

  it('is used by its own page and not from another site', async () => {
    const { acknowledge } = await http.failed('db1');
    expect((await http.use(acknowledge, { 'sec-fetch-site': 'cross-site' })).status).to.equal(403);
    expect(await http.acknowledgement('db1')).to.equal(null);
    expect((await http.use(acknowledge)).status).to.equal(200);
  });

  it('still works after the disk has refused', async () => {
    const { acknowledge, silence } = await http.failed('db1');
    http.disk.refuse('dropped');
    for (const url of [acknowledge, silence]) {
      const answer = await http.use(url);
      expect([answer.status, titleOf(answer.text)]).to.deep.equal([503, 'This cannot be done just now']);
      expect(answer.headers).to.include({ 'retry-after': '1' });
    }
    http.disk.mend();
    await http.daemon.clock.advance(60_000);
    for (const url of [acknowledge, silence]) expect((await http.use(url)).status).to.equal(200);
  });

  it('is limited to 10 requests a second from an address', async () => {
    const { acknowledge } = await http.failed('db1');
    const forged = await Promise.all(Array.from({ length: 12 }, () => http.show(`${acknowledge}x`)));
    expect(forged.map(({ status }) => status)).to.deep.equal(forged.map(() => 404));
    const statuses = await Promise.all(Array.from({ length: 12 }, () => http.show(acknowledge)));
    const refused = statuses.filter(({ status }) => status === 429);
    expect(refused).to.have.length(2);
    expect(titleOf(refused[0]?.text ?? '')).to.equal('Too many requests');
  });

  it('is in no log, no alert, no event and no answer of the API', async () => {
    const { acknowledge, silence } = await http.failed('db1');
    await http.use(acknowledge);
    await http.use(acknowledge);
    await http.use(silence);
    await http.show(`${silence}x`);
    const logged = JSON.stringify(http.daemon.logger.lines);
    expect(logged).to.include('/links/(redacted)').and.to.include('channel ops');
    const shown = await Promise.all(
      ['/alerts', '/nodes', '/nodes/db1', '/nodes/db1/flips', '/silences', '/supervision'].map((path) =>
        http.text(path),
      ),
    );
    for (const text of [logged, ...shown]) expect(text).to.not.include('hbl1_');
    const stored: string[] = [];
    for await (const chunk of http.daemon.storeOfNodes.nodes()) stored.push(JSON.stringify(chunk));
    expect(stored.join()).to.not.include('hbl1_');
  });
});
