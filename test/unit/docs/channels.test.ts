import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { channelKinds } from '../../../src/adapters/channels/registry.js';
import type { ChannelKind } from '../../../src/adapters/channels/kind.js';
import { COMMON } from '../../../src/config/channels/common-settings.js';

const page = (name: string) =>
  readFileSync(new URL(`../../../docs/channels/${name}.md`, import.meta.url), 'utf8');
const KINDS = Object.entries<ChannelKind>(channelKinds);

describe('the pages of the channels', () => {
  for (const [name, kind] of KINDS) {
    it(`have one of ${name}, with every setting that it has, and it is linked`, () => {
      const text = page(name);
      const settings = [...Object.keys(kind.settings.shape), ...kind.secrets.map((secret) => secret.name)];
      for (const setting of settings) expect(text, setting).to.match(new RegExp(`\\b${setting}(?:_env)?\\b`));
      expect(page('README')).to.include(`(${name}.md)`);
    });

    it(`say what happens to an incident that is open at ${name}`, () => {
      const text = page(name).split('\n## Open incidents\n')[1];
      for (const event of [/\bdeleted\b/, /\bgoes to other channels\b/, /\bremoves the channel\b/])
        expect(text, 'its last section').to.match(event);
    });

    it(`are held by a test of ${name}`, () => {
      expect(existsSync(new URL(`../channels/${name}.test.ts`, import.meta.url))).to.equal(true);
    });
  }

  it('tell of every setting that all channels have', () => {
    for (const setting of COMMON) expect(page('README'), setting).to.include(`\`${setting}`);
  });
});
