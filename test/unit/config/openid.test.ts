import { expect } from 'chai';
import { inspect } from 'node:util';
import { configTable } from '../../../src/cli/config/config-table.js';
import { secretsIn } from '../../../src/config/redacted-secrets.js';
import { reloaded } from '../../../src/config/reloadable.js';
import { inForce, problems } from './support.js';

const SECRET = 'hush-hush-hush-hush';
const ENV = { OPENID_SECRET: SECRET };
const WHOLE =
  'issuer: "https://login.example.org/realms/main", client_id: heartbeat, client_secret_env: OPENID_SECRET, name: Example, scopes: { staff: [read] }';

const fileOf = (settings: string): string =>
  `public_url: https://h.example.org\nauth: { openid: { ${settings} } }`;

describe('auth.openid', () => {
  it('is read as it is written, and its secret is not shown', () => {
    const effective = inForce({ file: fileOf(WHOLE), env: ENV });
    const { clientSecret, ...openid } = effective.auth?.openid ?? expect.fail();
    expect(openid).to.deep.equal({
      issuer: 'https://login.example.org/realms/main',
      name: 'Example',
      clientId: 'heartbeat',
      scope: 'openid profile',
      nameClaim: 'preferred_username',
      groupsClaim: 'groups',
      scopes: new Map([['staff', ['read']]]),
    });
    expect(clientSecret?.reveal()).to.equal(SECRET);
    const printed: string[] = [];
    for (const json of [true, false])
      configTable(effective, { json, stdout: { write: (text) => printed.push(text) } });
    expect(printed.join()).to.include('https://login.example.org/realms/main').and.not.include(SECRET);
    expect(inspect(effective, { depth: 9 })).to.not.include(SECRET);
    expect(secretsIn(effective).map((secret) => secret.reveal())).to.include(SECRET);
    const least = 'issuer: "http://127.0.0.1:9000", client_id: a, scopes: { "*": [admin] }';
    expect(inForce({ file: fileOf(least) }).auth?.openid).to.deep.include({ name: '127.0.0.1:9000' });
  });

  it('is refused where it cannot work', () => {
    const sentence = (settings: string) => problems({ file: fileOf(settings), env: ENV }).join('\n');
    for (const [settings, problem] of [
      [WHOLE.replace('https:', 'http:'), /auth\.openid\.issuer: must be the https URL of the provider/],
      [WHOLE.replace('/main', '/main?a=b'), /issuer: must be the https URL/],
      [WHOLE.replace(/issuer: ".*?", /, ''), /issuer: must be the https URL/],
      [WHOLE.replace('client_id: heartbeat, ', ''), /client_id: must be a text/],
      [
        WHOLE.replace('client_secret_env: OPENID_SECRET', 'client_secret: x'),
        /client_secret: must not be in this file/,
      ],
      [`${WHOLE}, scope: profile`, /scope: must begin with openid/],
      [`${WHOLE}, group_claim: x`, /group_claim: unknown setting/],
      [WHOLE.replace(', scopes: { staff: [read] }', ''), /scopes: must be groups and their scopes/],
    ] as const)
      expect(sentence(settings), settings).to.match(problem);
    expect(problems({ file: fileOf(WHOLE).replace(/^.*\n/, ''), env: ENV }).join()).to.match(
      /public_url: must be the URL at which people reach the daemon, since auth\.openid/,
    );
  });

  it('changes by a reload, and another secret is a change', () => {
    const before = inForce({ file: fileOf(WHOLE), env: ENV });
    for (const [file, env, applied] of [
      [fileOf(WHOLE), ENV, []],
      [fileOf(WHOLE), { OPENID_SECRET: 'another' }, ['auth']],
      [fileOf(WHOLE.replace('[read]', '[admin]')), ENV, ['auth']],
    ] as const) {
      const change = reloaded(before, inForce({ file, env }));
      if ('problem' in change) throw new Error(change.problem);
      expect(change.applied).to.have.members(applied);
    }
  });
});
