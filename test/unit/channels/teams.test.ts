import { expect } from 'chai';
import { teamsBody } from '../../../src/adapters/channels/teams/card.js';
import { teams } from '../../../src/adapters/channels/teams/teams.js';
import { keepsItsPromises, type Demands } from './provider.js';
import { FAILED, group, NASTY_FAILURE, secret, tools } from './support.js';

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly facts?: readonly { readonly title: string; readonly value: string }[];
}

interface Body {
  readonly type: string;
  readonly attachments: readonly {
    readonly contentType: string;
    readonly contentUrl: null;
    readonly content: {
      readonly type: string;
      readonly version: string;
      readonly body: readonly Block[];
    };
  }[];
}

const cardOf = (...args: Parameters<typeof teamsBody>): readonly Block[] =>
  (teamsBody(...args) as Body).attachments[0]!.content.body;

/** Workflows accept a message of adaptive cards, of at most 28 KB. */
const demands: Demands = ({ path, body: text }, body) => {
  expect(path).to.equal('/workflows/1/triggers/manual?sig=hush-hush-hush-hush');
  expect(Buffer.byteLength(text)).to.be.at.most(28 * 1024);
  const { type, attachments } = body as unknown as Body;
  expect(type).to.equal('message');
  expect(attachments).to.have.length(1);
  const [{ contentType, contentUrl, content }] = attachments as [Body['attachments'][0]];
  expect(contentType).to.equal('application/vnd.microsoft.card.adaptive');
  expect(contentUrl).to.equal(null);
  expect(content).to.include({ type: 'AdaptiveCard', version: '1.2' });
  expect(content.body).to.have.length.at.least(1);
  for (const block of content.body) {
    if (block.type === 'TextBlock') expect(block.text).to.be.a('string').and.not.equal('');
    else {
      expect(block.type).to.equal('FactSet');
      expect(block.facts).to.have.length.at.least(1);
    }
  }
};

describe('a Teams channel', () => {
  const make = (url: string) =>
    teams.create({}, { url: secret(`${url}/workflows/1/triggers/manual?sig=hush-hush-hush-hush`) }, tools());

  keepsItsPromises(make, demands, ['hush-hush-hush-hush']);

  it('says the sentence in a colour, and the rest as facts, in the reader’s time zone', () => {
    const [headline, facts] = cardOf(FAILED);
    expect(headline).to.include({
      text: "🔴 Node 'node1' has failed: no heartbeat for 2 min.",
      color: 'attention',
      wrap: true,
    });
    expect(facts?.facts).to.deep.equal([
      { title: 'When', value: '{{DATE(2026-11-22T03:33:45Z,SHORT)}} {{TIME(2026-11-22T03:33:45Z)}}' },
      { title: 'Last heard', value: '{{DATE(2026-11-22T03:31:45Z,SHORT)}} {{TIME(2026-11-22T03:31:45Z)}}' },
      { title: 'env', value: 'prod' },
    ]);
  });

  it('lists the nodes that a message stands for, and says how many more there are', () => {
    const [, list] = cardOf(group(45));
    expect(list?.text).to.match(/^- \*\*n0\*\* is back\n- \*\*n1\*\* is failed\n[^]*\n… and 5 more$/);
  });

  it('gives no meaning to what a node is called', () => {
    const [headline, facts] = cardOf(NASTY_FAILURE);
    const texts = [headline?.text ?? '', ...(facts?.facts ?? []).slice(2, -1).map(({ value }) => value)];
    for (const text of texts) expect(text).to.not.match(/(?<!\\)(?:[*_`]|\]\()/);
  });
});
