import { expect } from 'chai';
import { slackBody } from '../../../src/adapters/channels/slack/blocks.js';
import { slack } from '../../../src/adapters/channels/slack/slack.js';
import type { AlertMessage } from '../../../src/ports/channel.js';
import { behave, HookServer } from '../../support/hook-server.js';
import { attempt, FAILED, refusal, secret, tools } from './support.js';

interface Body {
  readonly text: string;
  readonly blocks: readonly {
    readonly type: string;
    readonly text?: { readonly text: string };
    readonly elements?: readonly { readonly text: string }[];
  }[];
}

const bodyOf = (alert: AlertMessage) => slackBody(alert) as Body;
const textsOf = ({ blocks }: Body) =>
  blocks.flatMap(({ text, elements = [] }) => [text?.text ?? '', ...elements.map((each) => each.text)]);

describe('a Slack channel', () => {
  it('posts blocks to the webhook, and reports the error of Slack', async () => {
    const server = await HookServer.start();
    const notifier = slack.create({}, { url: secret(`${server.url}/T0/B0/very-secret`) }, tools());
    await notifier.notify(FAILED, attempt());
    expect(JSON.parse(server.requests[0]!.body)).to.deep.equal(slackBody(FAILED));
    server.behaviour = behave.status(404, {}, 'no_service');
    const { message, permanent } = await refusal(notifier);
    expect({ message, permanent }).to.deep.equal({ message: 'answered 404: no_service', permanent: true });
    await notifier.close();
    await server.stop();
  });

  it('states the event first, and then the details of the node', () => {
    const body = bodyOf(FAILED);
    expect(body.text).to.equal("🔴 Node 'node1' has failed: no heartbeat for 2 min.");
    expect(body.blocks.map(({ type }) => type)).to.deep.equal(['section', 'context']);
    const [headline, details] = textsOf(body).filter((text) => text !== '');
    expect(headline).to.equal(body.text);
    expect(details).to.match(/^<!date\^1795318425\^.*Last heard: <!date\^1795318305\^.* · env: prod$/);
  });

  it('keeps to the limits of Slack with any names and any number of nodes', () => {
    const nodes = Array.from({ length: 5000 }, (_, index) => ({
      name: `<!channel> & node-${String(index)}-${'x'.repeat(200)}`,
      state: 'failed' as const,
      at: 1_795_318_425,
      labels: {},
    }));
    const { node: _, ...others } = FAILED;
    const body = bodyOf({ ...others, nodes, message: 'x'.repeat(10_000) });
    for (const text of [body.text, ...textsOf(body)]) {
      expect(text.length).to.be.at.most(3000);
      expect(text).to.not.include('<!channel>');
    }
    expect(textsOf(body).join()).to.include('&lt;!channel&gt; &amp; node-0');
  });

  it('lists the nodes that a message stands for, and says how many more there are', () => {
    const { node: _, ...others } = FAILED;
    const nodes = Array.from({ length: 45 }, (_each, index) => ({
      name: `n${String(index)}`,
      state: index === 0 ? ('active' as const) : ('failed' as const),
      at: 1,
      labels: {},
    }));
    const list = textsOf(bodyOf({ ...others, nodes }))[1] ?? '';
    expect(list.split('\n')).to.have.length(41);
    expect(list).to.match(/^• \*n0\* is back\n• \*n1\* is failed\n/);
    expect(list).to.match(/\n… and 5 more$/);
  });
});
