import { expect } from 'chai';
import { createClient, type ClientOptions } from '../../../../src/client/index.js';

describe('the options of a client', () => {
  const url = 'http://127.0.0.1:3519';

  it('are refused if they are wrong, with what is wrong', () => {
    for (const [options, problem] of [
      [undefined, 'createClient takes an object with a url'],
      [null, 'createClient takes an object with a url'],
      [url, 'createClient takes an object with a url'],
      [{}, 'url must be'],
      [{ url: 'localhost' }, 'url must be'],
      [{ url: `${url}/x?y=1` }, 'no query and no fragment'],
      [{ url: new URL(`${url}#z`) }, 'no query and no fragment'],
      [{ url: 'ftp://localhost' }, 'an http:// or https:// address'],
      [{ url: 'http://ann:secret@localhost' }, 'no user and no password'],
      [{ url, key: 5 }, 'a key must be printable'],
      [{ url, key: null }, 'a key must be printable'],
      [{ url, key: '' }, 'a key must be printable'],
      [{ url, key: 'two words' }, 'a key must be printable'],
      [{ url, key: 'line\nbreak' }, 'a key must be printable'],
      [{ url, ids: 'number' }, 'ids must be string or bigint'],
      [{ url, timeout: 10_000 }, 'timeout must be seconds'],
      [{ url, timeout: 0 }, 'timeout must be seconds'],
      [{ url, retries: -1 }, 'retries must be'],
      [{ url, timeoutMs: 5 }, 'unknown option timeoutMs; there are: url, key'],
    ] as const)
      expect(() => createClient(options as unknown as ClientOptions), problem).to.throw(TypeError, problem);
  });

  it('may put a path before that of each call', () => {
    expect(createClient({ url: 'http://127.0.0.1:3519/presence//' }).url).to.equal(`${url}/presence`);
    expect(createClient({ url: new URL(url) }).url).to.equal(url);
  });
});
