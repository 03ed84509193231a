import { expect } from 'chai';
import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { configTable } from '../../../src/cli/config/config-table.js';
import { inForce, load, problems } from './support.js';

const HASH = 'a'.repeat(64);
const SECRET = 'hush-hush-hush-hush-hush-hush-hush';
const FILE = `
auth:
  keys:
    - { name: app, hash: "sha256:${HASH}", scopes: [heal, read], users: [1, 1000000], expires: 2027-12-31 }
    - { name: ops, hash: "sha256:${HASH.toUpperCase().replace('A', 'B')}", scopes: [admin], nodes: "web-", max_nodes: 50 }
    - { name: none, hash: "sha256:${HASH.replace('a', 'c')}", scopes: [admin], nodes: [], users: [], expires: "2027-12-31T12:00:00+02:00" }
  user_tokens: { secret_env: HEARTBEAT_USER_TOKEN_SECRET, issuer: app }
`;
const ENV = { HEARTBEAT_USER_TOKEN_SECRET: SECRET };

describe('keys in the configuration', () => {
  it('are read as they are written', () => {
    const { auth } = inForce({ file: FILE, env: ENV });
    expect(auth?.keys).to.deep.equal([
      {
        name: 'app',
        hash: HASH,
        scopes: ['heal', 'read'],
        users: { from: '1', to: '1000000' },
        expires: Date.parse('2028-01-01T00:00:00Z'),
      },
      { name: 'ops', hash: HASH.replace('a', 'b'), scopes: ['admin'], nodes: ['web-'], maxNodes: 50 },
      {
        name: 'none',
        hash: HASH.replace('a', 'c'),
        scopes: ['admin'],
        users: 'none',
        nodes: [],
        expires: Date.parse('2027-12-31T10:00:00Z'),
      },
    ]);
    expect(auth?.user_tokens).to.deep.include({ algorithm: 'HS256', issuer: 'app' });
  });

  it('are none where none is written, and then everybody may do everything', () => {
    for (const file of ['', 'auth:', 'auth: {}', 'auth: { keys: [] }']) {
      expect(inForce({ file }).auth, file).to.equal(undefined);
    }
  });

  it('may have a secret beside them that signs links, which is not shown, and needs the URL of the links', () => {
    const file = `public_url: https://h.example.org/\nauth: { link_secret_env: HEARTBEAT_LINK_SECRET }`;
    const env = { HEARTBEAT_LINK_SECRET: SECRET };
    const effective = inForce({ file, env });
    expect([effective.auth, effective.linkSecret?.reveal()]).to.deep.equal([undefined, SECRET]);
    expect(effective.config.public_url).to.equal('https://h.example.org');
    const printed: string[] = [];
    for (const json of [true, false])
      configTable(effective, { json, stdout: { write: (text) => printed.push(text) } });
    expect(printed.join())
      .to.match(/auth\.link_secret +\(secret\)/)
      .and.not.include(SECRET);

    const refused = (text: string, value = SECRET) =>
      problems({ file: text, env: { HEARTBEAT_LINK_SECRET: value } });
    expect(refused('auth: { link_secret_env: HEARTBEAT_LINK_SECRET }')[0]).to.match(/^public_url: must be/);
    expect(refused(file, 'short')[0]).to.match(/^auth\.link_secret_env: must have at least 32 bytes/);
    expect(refused('public_url: "https://h/"\nauth: { link_secret: x }').at(-1)).to.match(
      /^auth\.link_secret: must not be in this file: use link_secret_env or link_secret_file/,
    );
    for (const url of [
      'ftp://x',
      'https://u:p@x',
      'https://x/?a=b',
      'https://x/#a',
      `https://${'x'.repeat(200)}`,
    ])
      expect(refused(`public_url: ${JSON.stringify(url)}`)[0], url).to.match(/^public_url: must be an http/);
  });

  it('may hold ids of 64 bits, in quotes', () => {
    const file = `auth: { keys: [{ name: a, hash: "sha256:${HASH}", scopes: [heal], users: ["-9223372036854775808", "9223372036854775807"] }] }`;
    expect(inForce({ file }).auth?.keys[0]?.users).to.deep.equal({
      from: '-9223372036854775808',
      to: '9223372036854775807',
    });
  });

  it('are limited to prefixes of ids that are texts', () => {
    const keysOf = (users: string) =>
      inForce({
        file: `user_ids: text\nauth: { keys: [{ name: a, hash: "sha256:${HASH}", scopes: [heal], users: ${users} }] }`,
      }).auth?.keys[0]?.users;
    expect(keysOf('"tenant1:"')).to.deep.equal({ prefixes: ['tenant1:'] });
    expect(keysOf('["tenant1:", "7"]')).to.deep.equal({ prefixes: ['tenant1:', '7'] });
    expect(keysOf('[]')).to.equal('none');
  });

  it('are not limited by what the other kind of ids has', () => {
    const problemsWith = (userIds: string, users: string) =>
      problems({
        file: `auth: { keys: [{ name: a, hash: "sha256:${HASH}", scopes: [heal], users: ${users} }] }`,
        flags: { '--user-ids': userIds },
      });
    const at = '(from /etc/heartbeat.yaml:1)';
    const prefix =
      'must be a prefix of user ids, such as "tenant1:", a list of prefixes, or [] for none; a range of ids needs user_ids: integer';
    const range =
      'must be two user ids, the smaller first, such as [1, 1000000], or [] for none; a prefix of ids needs user_ids: text';
    expect(problemsWith('text', '[1, 7]')).to.deep.equal([`auth.keys.0.users: ${prefix} ${at}`]);
    expect(problemsWith('text', '""')).to.deep.equal([`auth.keys.0.users: ${prefix} ${at}`]);
    expect(problemsWith('integer', '"tenant1:"')).to.deep.equal([`auth.keys.0.users: ${range} ${at}`]);
  });

  it('have every problem listed, with its place, and none shows a value', () => {
    const file = `auth:
  keys:
    - { name: hush hush, hash: hush, scopes: [] }
    - { name: b, hash: "sha256:${HASH}", scopes: [heel], expires: 2027-02-30, user: 3 }
    - { name: b, scopes: heal, users: [5, 1] }
    - { name: c, hash: "sha256:${HASH}", scopes: [heal], users: [9007199254740993, 9007199254740994], nodes: "" }
    - 5
  kees: []
  user_tokens: { secret: ${SECRET}, secrt_env: X }
`;
    const listed = problems({ file });
    const at = (line: number) => `(from /etc/heartbeat.yaml:${line})`;
    const range =
      'must be two user ids, the smaller first, such as [1, 1000000], or [] for none; a prefix of ids needs user_ids: text';
    expect(listed).to.deep.equal([
      `auth.kees: unknown setting; did you mean keys? ${at(8)}`,
      `auth.keys.0.name: must be at most 64 letters, digits, "-", "_" and "." ${at(3)}`,
      `auth.keys.0.hash: must be "sha256:" and 64 hex digits: the hash of the key, not the key ${at(3)}`,
      `auth.keys.0.scopes: must have at least one of heal, read, admin, ping ${at(3)}`,
      `auth.keys.1.scopes.0: must be one of heal, read, admin, ping ${at(4)}`,
      `auth.keys.1.expires: must be the last valid day in UTC, such as 2027-12-31, or an instant, such as 2027-12-31T12:00:00Z ${at(4)}`,
      `auth.keys.1.user: unknown setting; did you mean users? ${at(4)}`,
      `auth.keys.2.hash: is required: "sha256:<hex>", which heartbeat keys new prints ${at(5)}`,
      `auth.keys.2.scopes: must be a list of heal, read, admin, ping ${at(5)}`,
      `auth.keys.2.users: ${range} ${at(5)}`,
      `auth.keys.3.users.0: ${range} ${at(6)}`,
      `auth.keys.3.users.1: ${range} ${at(6)}`,
      `auth.keys.3.nodes: must be a prefix of node names, such as "web-", or a list of prefixes ${at(6)}`,
      `auth.keys.4: must have at least a name, a hash and scopes ${at(7)}`,
      `auth.user_tokens.secrt_env: unknown setting; did you mean secret_env? ${at(9)}`,
      `auth.user_tokens.secret: must not be in this file: use secret_env or secret_file ${at(9)}`,
    ]);
    expect(listed.join('\n')).to.not.include('hush');
    const twice = `auth: { keys: [{ name: a, hash: "sha256:${HASH}", scopes: [heal] }, { name: a, hash: "sha256:${HASH}", scopes: [heal] }] }`;
    expect(problems({ file: twice })).to.deep.equal([
      `auth.keys.1.name: another key has the same value: choose another one ${at(1)}`,
      `auth.keys.1.hash: another key has the same value: choose another one ${at(1)}`,
    ]);
    expect(problems({ file: 'auth: [1]' })).to.deep.equal([
      `auth: must hold keys, user_tokens, trusted_header, openid and link_secret_env or link_secret_file ${at(1)}`,
    ]);
  });
});

describe('user tokens in the configuration', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = (pair: typeof rsa) => String(pair.publicKey.export({ type: 'spki', format: 'pem' }));
  const reading = (contents: string) => ({
    file: 'auth: { user_tokens: { public_key_file: key.pem } }',
    readFile: (name: string) =>
      name.endsWith('.pem') ? contents : 'auth: { user_tokens: { public_key_file: key.pem } }',
  });

  it('are signed as their public key says', () => {
    expect(inForce(reading(pem(rsa))).auth?.user_tokens?.algorithm).to.equal('RS256');
    expect(inForce(reading(pem(ec))).auth?.user_tokens?.algorithm).to.equal('ES256');
  });

  it('need one key or secret, and a good one', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const other = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
    const secret = String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    for (const contents of [pem(small), pem(other), secret, 'no key']) {
      expect(problems(reading(contents))[0]).to.match(/public_key_file: must be a public key in PEM/);
    }
    for (const [settings, expected] of [
      ['{}', /user_tokens: must hold secret_env or secret_file for HS256, or public_key_file/],
      ['5', /user_tokens: must hold settings/],
      ['{ secret_env: NOPE }', /the variable NOPE is not set/],
      ['{ secret_env: SHORT }', /secret_env: must have at least 32 bytes/],
      ['{ secret_env: LONG, public_key_env: PEM }', /and not both/],
    ] as const) {
      const env = { SHORT: 'x'.repeat(31), LONG: SECRET, PEM: pem(ec) };
      const [problem, ...others] = problems({ file: `auth: { user_tokens: ${settings} }`, env });
      expect(problem).to.match(expected);
      expect(others).to.be.empty;
    }
  });

  it('let their secret be in no other variable than the one that is named', () => {
    expect(problems({ env: ENV })).to.have.length(1);
  });
});

describe('keys in output for people', () => {
  for (const json of [false, true]) {
    it(`shows no secret, ${json ? 'in JSON' : 'in the table'}`, () => {
      let text = '';
      const loaded = inForce({ file: FILE, env: ENV });
      configTable(loaded, { json, stdout: { write: (part) => (text += part) } });
      expect(text)
        .to.include('sha256:aaaaaaaa…')
        .and.include('2028-01-01T00:00:00.000Z')
        .and.include('(secret)');
      for (const seen of [text, inspect(loaded, { depth: 10, showHidden: true }), JSON.stringify(loaded)]) {
        expect(seen).to.not.include('hush');
      }
      expect(text).to.not.include(HASH);
    });
  }
});

describe('an address that others can reach', () => {
  it('is refused without keys unless that is configured', () => {
    for (const host of [
      '0.0.0.0',
      '::',
      '192.168.1.7',
      'example.org',
      '128.0.0.1',
      '127.0.0.1.example.org',
    ]) {
      const [problem] = problems({ flags: { '--host': host } });
      expect(problem).to.match(
        /^host: .* can be reached from other machines, but no key is configured: add auth\.keys .* pass --insecure \(from --host\)$/,
      );
      expect(load({ flags: { '--host': host, '--insecure': 'true' } }).ok).to.equal(true);
      expect(load({ flags: { '--host': host }, file: FILE, env: ENV }).ok).to.equal(true);
    }
    for (const host of [
      '127.0.0.1',
      '127.1.2.3',
      'localhost',
      '::1',
      '::ffff:127.0.0.1',
      'unix:/run/x.sock',
    ]) {
      expect(load({ flags: { '--host': host } }).ok, host).to.equal(true);
    }
  });

  it('is not complained about where the keys are wrong', () => {
    expect(problems({ flags: { '--host': '::' }, file: 'auth: { keys: 5 }' })).to.deep.equal([
      'auth.keys: must be a list of keys (from /etc/heartbeat.yaml:1)',
    ]);
  });
});
