import { expect } from 'chai';
import { discord } from '../../../src/adapters/channels/discord/discord.js';
import { discordBody } from '../../../src/adapters/channels/discord/embed.js';
import { behave, HookServer } from '../../support/hook-server.js';
import { keepsItsPromises, type Demands } from './provider.js';
import { attempt, FAILED, group, NASTY_FAILURE, refusal, secret, tools } from './support.js';

interface Body {
  readonly content: string;
  readonly embeds: readonly {
    readonly description: string;
    readonly color: number;
    readonly footer: { readonly text: string };
  }[];
  readonly allowed_mentions: unknown;
}

const bodyOf = (...args: Parameters<typeof discordBody>) => discordBody(...args) as Body;

/** https://discord.com/developers/docs/resources/webhook#execute-webhook, and the limits of embeds */
const demands: Demands = ({ path }, body) => {
  const { content, embeds, allowed_mentions } = body as unknown as Body;
  expect(path).to.equal('/api/webhooks/1/hush-hush-hush-hush?wait=true');
  expect(content).to.have.length.within(1, 2000);
  expect(embeds).to.have.length.within(1, 10);
  let all = 0;
  for (const { description, color, footer } of embeds) {
    expect(description).to.have.length.within(1, 4096);
    expect(footer.text).to.have.length.within(1, 2048);
    expect(color).to.be.within(0, 0xff_ff_ff);
    all += description.length + footer.text.length;
  }
  expect(all).to.be.at.most(6000);
  expect(allowed_mentions).to.deep.equal({ parse: [] });
};

describe('a Discord channel', () => {
  const make = (url: string) =>
    discord.create({}, { url: secret(`${url}/api/webhooks/1/hush-hush-hush-hush`) }, tools());

  keepsItsPromises(make, demands, ['hush-hush-hush-hush']);

  it('waits for as long as the body of a 429 says, to the fraction', async () => {
    const server = await HookServer.start();
    const notifier = make(server.url.replace('/hook', ''));
    server.behaviour = behave.status(
      429,
      { 'retry-after': '65' },
      JSON.stringify({ message: 'You are being rate limited.', retry_after: 64.57, global: false }),
    );
    expect(await refusal(notifier)).to.include({ permanent: false, retryAfter: 64.57 });
    await notifier.close();
    await server.stop();
  });

  it('keeps the thread that its URL names', async () => {
    const server = await HookServer.start();
    const notifier = discord.create({}, { url: secret(`${server.url}?thread_id=5`) }, tools());
    await notifier.notify(FAILED, attempt());
    expect(server.requests[0]?.path).to.equal('/hook?thread_id=5&wait=true');
    await notifier.close();
    await server.stop();
  });

  it('says the sentence where a notification shows it, and the rest in an embed', () => {
    const { content, embeds } = bodyOf(FAILED);
    expect(content).to.equal("🔴 Node 'node1' has failed\\: no heartbeat for 2 min.");
    expect(embeds[0]?.description.split('\n')).to.deep.equal([
      'When: <t:1795318425:F>',
      'Last heard: <t:1795318305:F>',
      'env: prod',
    ]);
    expect(bodyOf(group(45)).embeds[0]?.description).to.match(
      /^• \*\*n0\*\* is back\n• \*\*n1\*\* is failed\n[^]*\n… and 5 more\nWhen: /,
    );
  });

  it('gives no meaning to what a node is called', () => {
    const { content, embeds } = bodyOf(NASTY_FAILURE);
    for (const text of [content, embeds[0]?.description ?? '']) {
      expect(text).to.not.match(/(?<!\\)(?:[*_~`|]|@everyone|\]\()/);
    }
  });
});
