import { expect } from 'chai';
import type { AlertMessage } from '../../../src/ports/channel.js';
import { FAILED, group, links } from './support.js';
import { DATA, TEXTS, VERBATIM } from './text-contracts.js';

/** The longest names (255 bytes), of characters that are special somewhere or take many bytes. */
const HOSTILE: Readonly<Record<string, string>> = {
  'mentions everybody': '@all @channel @here @everyone @room '.repeat(7),
  'mentions by markup': '<!channel> <!everyone> <@U01> <#C01> <at>all</at> '.repeat(5),
  'mentions in a word': 'x@all'.repeat(51),
  'is a link': '<https://evil.example|click> [x](http://evil.example) '.repeat(4),
  'is markup': '*_~`|>#&<b>"\'\\'.repeat(17),
  'is ampersands': '&'.repeat(255),
  'is quotes': '"'.repeat(255),
  'is backslashes': '\\'.repeat(255),
  'is control characters': '\u0001'.repeat(255),
  'is at signs': '@'.repeat(255),
  'is of four bytes': '💥'.repeat(63),
};

const SIZES = [1, 2, 12, 39, 40, 41, 50, 500, 1248];

function whole(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/, '');
}

function cut(text: string): string {
  return whole(text.slice(0, 240));
}

function about(name: string): readonly AlertMessage[] {
  const labels = Object.fromEntries(
    Array.from({ length: 32 }, (_each, index) => [whole(`${index}${name}`.slice(0, 100)), cut(name)]),
  );
  const one: AlertMessage = {
    ...FAILED,
    node: { ...FAILED.node!, name, labels },
    blind_seconds: 12,
    message: `Node '${name}' has failed: no heartbeat for 2 min.`,
  };
  const sentence = Array.from({ length: 10 }, (_each, index) => `'${index}${cut(name)}'`).join(', ');
  const named = (index: number): string => `${index} ${cut(name)}`;
  const all = [
    one,
    { ...one, message: one.message.repeat(50) },
    ...SIZES.map((size) => ({ ...group(size, named), message: `${size} nodes have failed: ${sentence}.` })),
  ];
  return [...all, ...all.map((alert) => links.inAlert(alert))];
}

describe('the texts of channels', () => {
  it('are tested here for every kind of channel', async () => {
    const { channelKinds: kinds } = await import('../../../src/adapters/channels/registry.js');
    expect([...Object.keys(TEXTS), ...Object.keys(DATA), ...VERBATIM].sort()).to.deep.equal(
      Object.keys(kinds).sort(),
    );
  });

  /** In UTC, with the zone; or in the reader's time zone, converted by the provider's program. */
  const instants =
    /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC|<!date\^\d+\^\{date_short_pretty\} \{time_secs\}\|\S+Z>|<t:\d+:F>|\{\{DATE\(\S+Z,SHORT\)\}\} \{\{TIME\(\S+Z\)\}\})/;
  for (const [kind, { texts }] of Object.entries(TEXTS)) {
    it(`of ${kind} say of a reminder when the node failed, and by which time zone`, () => {
      const said = texts({ ...FAILED, reminder: 2 }).join('\n');
      for (const name of ['Failed at', 'Last heard']) {
        const [, ...values] = said.split(new RegExp(`\\b${name}(?:\\*\\*)?:?\\s+`));
        expect(values, name).to.have.length(1);
        expect(values[0]).to.match(instants);
      }
    });
  }

  for (const [what, name] of Object.entries(HOSTILE)) {
    for (const [kind, { texts, mention, bullet, most = 40 }] of Object.entries(TEXTS)) {
      it(`of ${kind} keep to its limits, mention nobody and count right, where a name ${what}`, () => {
        for (const alert of about(name)) {
          const said = texts(alert);
          for (const text of said) {
            if (mention !== undefined) expect(text).to.not.match(mention);
            expect(text, 'half a character').to.not.match(/\p{Surrogate}/u);
          }
          const total = alert.nodes?.length ?? 0;
          if (total === 0) continue;
          const list = said.find((text) => text.match(bullet) !== null) ?? '';
          const shown = list.match(bullet)?.length ?? 0;
          const left = Number(/^(?:- )?… and (\d+) more$/m.exec(list)?.[1] ?? 0);
          expect(shown, 'some are listed').to.be.within(1, most);
          expect(shown + left, `of ${total}`).to.equal(total);
          expect(list, 'whole lines').to.not.match(/^… and [^m]*$/m);
        }
      });
    }

    for (const [kind, names] of Object.entries(DATA)) {
      it(`of ${kind} keep to its limits, and say a name as it is, where it ${what}`, () => {
        for (const alert of about(name)) {
          const said = names(alert).filter((each) => each !== '' && each !== 'heartbeat');
          const wanted = alert.nodes?.map((each) => each.name) ?? [name];
          if (kind === 'pagerduty' && alert.nodes !== undefined) continue;
          expect(said).to.deep.equal(wanted);
        }
      });
    }
  }
});
