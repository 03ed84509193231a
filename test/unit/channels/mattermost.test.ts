import { expect } from 'chai';
import { mattermost, mattermostBody } from '../../../src/adapters/channels/mattermost/mattermost.js';
import { keepsItsPromises, type Demands } from './provider.js';
import { FAILED, group, secret, tools } from './support.js';

const PATH = '/hooks/hush-hush-hush-hush-hush-1';

/** https://docs.mattermost.com/developers/integrate/webhooks/incoming, and what its server checks of attachments */
const demands: Demands = ({ path }, body) => {
  expect(path).to.equal(PATH);
  expect(body).to.have.all.keys('text', 'attachments');
  expect(Array.from(String(body['text'])).length, 'older servers').to.be.within(1, 4000);
  const attachments = body['attachments'] as Record<string, unknown>[];
  expect(JSON.stringify(attachments).length, 'older servers').to.be.at.most(8000);
  for (const { fallback, color, text } of attachments) {
    expect(fallback, 'required').to.be.a('string').and.not.equal('');
    expect(color).to.match(/^#[0-9a-f]{6}$/);
    expect(text).to.be.a('string');
  }
};

describe('a Mattermost channel', () => {
  const make = (url: string) => mattermost.create({}, { url: secret(`${url}${PATH}`) }, tools());

  keepsItsPromises(make, demands, [PATH, 'hush-hush-hush-hush-hush-1']);

  it('says the sentence first, and what helps to find the node in an attachment', () => {
    expect(mattermostBody(FAILED)).to.deep.equal({
      text: "🔴 Node 'node1' has failed\\: no heartbeat for 2 min.",
      attachments: [
        {
          fallback: 'Details',
          color: '#d72638',
          text: 'When: 2026-11-22 03:33:45 UTC\nLast heard: 2026-11-22 03:31:45 UTC\nenv: prod',
        },
      ],
    });
    const { attachments } = mattermostBody(group(45)) as { attachments: { text: string }[] };
    expect(attachments[0]?.text).to.match(
      /^• \*\*n0\*\* is back\n• \*\*n1\*\* is failed\n[^]*\n… and 5 more\nWhen: /,
    );
  });
});
