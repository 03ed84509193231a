import { expect } from 'chai';
import { inspect } from 'node:util';
import { configTable } from '../../../src/cli/config/config-table.js';
import { secretsIn } from '../../../src/config/redacted-secrets.js';
import { reloaded } from '../../../src/config/reloadable.js';
import { inForce, problems } from './support.js';

const SECRET = 'hush-hush-hush-hush-hush-hush-hush';
const ENV = { PROXY_SECRET: SECRET };
const WHOLE =
  'user: X-Auth-Request-User, groups: X-Auth-Request-Groups, from: [127.0.0.1, 10.0.0.0/8], secret_header: X-Proxy-Secret, secret_env: PROXY_SECRET, scopes: { on-call: [admin], "*": [read] }';

const fileOf = (settings: string): string =>
  `public_url: https://h.example.org\nauth: { trusted_header: { ${settings} } }`;

describe('auth.trusted_header', () => {
  it('is read as it is written, and its secret is not shown', () => {
    const effective = inForce({ file: fileOf(WHOLE), env: ENV });
    const header = effective.auth?.trusted_header;
    expect(header).to.deep.include({
      user: 'x-auth-request-user',
      groups: 'x-auth-request-groups',
      from: ['127.0.0.1', '10.0.0.0/8'],
      scopes: new Map([
        ['on-call', ['admin']],
        ['*', ['read']],
      ]),
    });
    expect([header?.secret?.header, header?.secret?.value.reveal()]).to.deep.equal([
      'x-proxy-secret',
      SECRET,
    ]);
    const printed: string[] = [];
    for (const json of [true, false])
      configTable(effective, { json, stdout: { write: (text) => printed.push(text) } });
    expect(printed.join()).to.include('x-auth-request-user').and.not.include(SECRET);
    expect(inspect(effective, { depth: 9 })).to.not.include(SECRET);
    expect(secretsIn(effective).map((secret) => secret.reveal())).to.include(SECRET);
  });

  it('is refused where it would be ignored, or believed from anybody', () => {
    const sentence = (settings: string, env: Record<string, string> = ENV) =>
      problems({ file: fileOf(settings), env }).join('\n');
    const without = (part: RegExp, by = '') => WHOLE.replace(part, by);
    for (const [settings, problem] of [
      [without(/, from: \[.*?\]/), /auth\.trusted_header\.from: must be the address of the proxy/],
      [without(/127\.0\.0\.1/, '127.0.0'), /auth\.trusted_header\.from(?:\.0)?: must be the address/],
      [without(/from: \[.*?\]/, 'from: []'), /auth\.trusted_header\.from: must be/],
      [without(/user: X-Auth-Request-User, /), /auth\.trusted_header\.user: must be the name of a header/],
      [without(/X-Auth-Request-User/, 'Cookie'), /user: has a meaning of its own/],
      [without(/X-Auth-Request-User/, '"a b"'), /user: must be the name of a header/],
      [without(/X-Proxy-Secret/, 'X-Auth-Request-User'), /must name different headers/],
      [without(/, secret_env: PROXY_SECRET/), /must be given together/],
      [without(/, secret_header: X-Proxy-Secret, secret_env: PROXY_SECRET/), /must have secret_header with/],
      [without(/secret_env: PROXY_SECRET/, 'secret: here'), /secret: must not be in this file/],
      [without(/, scopes: .*/), /scopes: must be groups and their scopes/],
      [without(/scopes: .*/, 'scopes: {}'), /scopes: must be groups and their scopes/],
      [without(/\[admin\]/, '[ping]'), /scopes\.on-call\.0: must be one of heal, read, admin/],
      [without(/\[admin\]/, '[]'), /scopes\.on-call: must have at least one/],
      [`${WHOLE}, groupz: x`, /groupz: unknown setting/],
      [`${WHOLE}, client_ca_file: ca.pem`, /client_ca_file: the file ca\.pem has no certificate/],
    ] as const)
      expect(sentence(settings), settings).to.match(problem);
    expect(sentence(WHOLE, { PROXY_SECRET: 'short' })).to.match(/secret_env: must have at least 32 bytes/);
    expect(sentence(WHOLE, { PROXY_SECRET: `${SECRET} ` + 'x' })).to.match(/must be visible ASCII/);
    expect(sentence(WHOLE, {})).to.match(/the variable PROXY_SECRET is not set/);
    expect(problems({ file: fileOf(WHOLE).replace(/^.*\n/, ''), env: ENV }).join()).to.match(
      /public_url: must be the URL at which people reach the daemon, since auth\.trusted_header/,
    );
  });

  it('counts as authentication, and another secret is a change', () => {
    const file = `host: 0.0.0.0\n${fileOf(WHOLE)}`;
    const before = inForce({ file, env: ENV });
    const same = reloaded(before, inForce({ file, env: ENV }));
    if ('problem' in same) throw new Error(same.problem);
    expect(same.applied).to.deep.equal([]);
    expect(same.effective.auth).to.equal(before.auth);
    for (const [changed, env] of [
      [file, { PROXY_SECRET: `${SECRET}!` }],
      [file.replace('[admin]', '[read]'), ENV],
      [file.replace('10.0.0.0/8', '10.0.0.0/9'), ENV],
    ] as const) {
      const change = reloaded(before, inForce({ file: changed, env }));
      if ('problem' in change) throw new Error(change.problem);
      expect(change.applied, changed).to.have.members(['auth']);
    }
    expect(reloaded(before, inForce({ file: 'host: 127.0.0.1' }))).to.have.property('problem');
  });
});
