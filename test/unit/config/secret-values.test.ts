import { expect } from 'chai';
import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { Secret } from '../../../src/adapters/channels/secret.js';
import { isSame, secretsWithin } from '../../../src/config/secret-values.js';

const shared = (text: string) => createSecretKey(Buffer.from(text));
const published = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey;

describe('secrets within a configuration', () => {
  it('are compared, wherever they are', () => {
    const others = [new Secret('a'), shared('a'), published()];
    for (const [index, one] of others.entries()) {
      const other = [new Secret('b'), shared('b'), published()][index];
      for (const within of [
        (value: unknown) => value,
        (value: unknown) => ({ section: [{ value }] }),
        (value: unknown) => new Map([['group', { value }]]),
      ]) {
        expect(isSame(within(one), within(one))).to.equal(true);
        expect(isSame(within(one), within(other))).to.equal(false);
        expect(isSame(within(one), within(undefined))).to.equal(false);
      }
    }
    expect(isSame(new Secret('a'), new Secret('a'))).to.equal(true);
    expect(isSame(shared('a'), shared('a'))).to.equal(true);
    expect(isSame(new Secret('a'), 'a')).to.equal(false);
  });

  it('do not hide other differences, or the lack of any', () => {
    const made = (port: number, scopes: readonly string[]) => ({
      port,
      key: new Secret('a'),
      scopes: new Map([['*', scopes]]),
    });
    expect(isSame(made(1, ['read']), made(1, ['read']))).to.equal(true);
    expect(isSame(made(1, ['read']), made(2, ['read']))).to.equal(false);
    expect(isSame(made(1, ['read']), made(1, ['admin']))).to.equal(false);
    expect(isSame({ at: new Date(1) }, { at: new Date(2) })).to.equal(false);
  });

  it('are all found for redaction, but for public keys', () => {
    const found = secretsWithin({
      auth: { openid: { clientSecret: new Secret('a') }, user_tokens: { key: shared('b') } },
      keys: [published(), undefined, null, 1],
      more: new Map([['x', new Secret('c')]]),
    });
    expect(found.map((secret) => secret.reveal())).to.deep.equal(['a', 'b', 'c']);
  });
});
