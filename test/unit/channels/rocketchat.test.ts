import { expect } from 'chai';
import { rocketchat, rocketChatBody } from '../../../src/adapters/channels/rocketchat/rocketchat.js';
import { behave } from '../../support/hook-server.js';
import { keepsItsPromises, strictServer, type Demands } from './provider.js';
import { FAILED, group, refusal, secret, tools } from './support.js';

const PATH = '/hooks/65f1a2b3c4d5e6f7a8b9c0d1/hush-hush-hush-hush-hush';

/** https://docs.rocket.chat/docs/integrations, and the server's default of `Message_MaxAllowedSize` */
const demands: Demands = ({ path }, body) => {
  expect(path).to.equal(PATH);
  expect(body).to.have.all.keys('text', 'attachments', 'parseUrls');
  const [attachment, ...others] = body['attachments'] as Record<string, unknown>[];
  expect(others).to.have.length(0);
  expect(attachment).to.have.all.keys('color', 'text');
  expect(String(body['text']).length).to.be.greaterThan(0);
  expect(String(body['text']).length + String(attachment?.['text']).length).to.be.at.most(5000);
};

describe('a Rocket.Chat channel', () => {
  const make = (url: string) => rocketchat.create({}, { url: secret(`${url}${PATH}`) }, tools());

  keepsItsPromises(make, demands, [PATH, 'hush-hush-hush-hush-hush']);

  it('says the sentence first, and what helps to find the node in an attachment', () => {
    expect(rocketChatBody(FAILED)).to.deep.equal({
      text: "🔴 Node 'node1' has failed: no heartbeat for 2 min.",
      attachments: [
        {
          color: '#d72638',
          text: 'When: 2026-11-22 03:33:45 UTC\nLast heard: 2026-11-22 03:31:45 UTC\nenv: prod',
        },
      ],
      parseUrls: false,
    });
    const { attachments } = rocketChatBody(group(45)) as { attachments: { text: string }[] };
    expect(attachments[0]?.text).to.match(
      /^• \*n0\* is back\n• \*n1\* is failed\n[^]*\n… and 5 more\nWhen: /,
    );
  });

  it('waits where an older version answers 400 to too many requests', async () => {
    const error =
      'Error, too many requests. Please slow down. You must wait 57 seconds before trying this endpoint again. [error-too-many-requests]';
    const server = await strictServer(
      demands,
      behave.status(400, {}, JSON.stringify({ success: false, error })),
    );
    const notifier = make(server.url.replace('/hook', ''));
    expect(await refusal(notifier)).to.include({ permanent: false, retryAfter: 57 });
    await notifier.close();
    await server.stop();
  });
});
