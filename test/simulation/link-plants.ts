import { SilenceTable } from '../../actors/notifier/silences/silence-table.js';
import { decide } from '../../actors/node/node.machine.js';
import { HmacLinkSigner } from '../../src/adapters/links/hmac-link-signer.js';
import type { ActionLink } from '../../src/domain/action-link.js';
import { nodeRules, written, type Plant } from './plant.js';
import { replaced } from './replaced.js';

/** Settings with which failures follow each other quickly, and messages have links. */
const LINKED = { http: true, links: true, nodes: 12, nodeTimeout: 1000, maxRetries: 0 };

/** Faults planted in the signed links of messages. */
export const LINK_PLANTS: readonly Plant[] = [
  {
    name: 'use-of-a-link-forgotten',
    breaks: 'What a link did is stored, and not that it was used: it works again after a restart.',
    faults: ['kill'],
    settings: LINKED,
    ports: written((records) =>
      records.map((record) => {
        if (record.kind === 'registered') {
          const { usedLinks: _uses, ...node } = record.node;
          return { ...record, node };
        }
        if (record.kind !== 'silences') return record;
        return { ...record, silences: record.silences.map(({ link: _link, ...silence }) => silence) };
      }),
    ),
  },
  {
    name: 'link-silences-twice',
    breaks: 'A link that has silenced a node does so again.',
    faults: [],
    settings: LINKED,
    install: replaced(SilenceTable, 'usesLink', () => () => false),
  },
  {
    name: 'link-of-an-earlier-failure',
    breaks: 'A link acknowledges whatever failure its node has when it is used.',
    faults: [],
    settings: LINKED,
    ports: nodeRules((state, lease, message, rules) => {
      if (message.kind !== 'acknowledge' || message.link === undefined || state.phase !== 'known')
        return decide(state, lease, message, rules);
      const link = { ...message.link, since: state.status.since };
      return decide(state, lease, { ...message, link }, rules);
    }),
  },
  {
    name: 'silence-of-a-link-lost',
    breaks: 'A link is confirmed, and what it did is not stored.',
    faults: ['kill'],
    settings: LINKED,
    ports: written((records) =>
      records.map((record) =>
        record.kind === 'silences'
          ? { ...record, silences: record.silences.filter(({ link }) => link === undefined) }
          : record,
      ),
    ),
  },
  {
    name: 'forged-link',
    breaks: 'The signature of a link is not checked.',
    faults: [],
    settings: LINKED,
    install: () => {
      const signed: string[] = [];
      const undo = [
        replaced(
          HmacLinkSigner,
          'sign',
          (original) =>
            function (this: HmacLinkSigner, link: ActionLink): string {
              signed.push(Reflect.apply(original, this, [link]));
              return signed.at(-1) ?? '';
            },
        )(),
        replaced(
          HmacLinkSigner,
          'read',
          (original) =>
            function (this: HmacLinkSigner, token: string) {
              const like = signed.find((other) => differences(token, other) <= 1) ?? token;
              return Reflect.apply(original, this, [like]);
            },
        )(),
      ];
      return () => {
        for (const each of undo) each();
      };
    },
  },
];

/** How many letters differ. */
function differences(one: string, other: string): number {
  if (one.length !== other.length) return Infinity;
  let count = 0;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) count++;
  return count;
}
