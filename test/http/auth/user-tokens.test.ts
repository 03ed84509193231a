import { generateKeyPairSync, createSecretKey } from 'node:crypto';
import { expect } from 'chai';
import type { JWTPayload } from 'jose';
import type { AuthOptions } from '../../../src/http/security/credentials.js';
import { eventually } from '../../support/eventually.js';
import { starting } from '../support/gateway-under-test.js';
import { authOf, callWith, keyRule, START, token } from './support.js';

for (const [lane, fastLane] of [
  ['Express alone', false],
  ['the fast lane before Express', true],
] as const) {
  describe(`user tokens, with ${lane}`, () => {
    const start = starting(fastLane);

    it('permit heal, goodbye and checkup of their own user, and nothing else', async () => {
      const gateway = await start({ auth: authOf() });
      const five = await token();
      for (const [method, path] of [
        ['PUT', '/heal/5'],
        ['GET', '/checkup/5'],
        ['DELETE', '/heal/5'],
        ['POST', '/heal/5/goodbye'],
        ['PUT', '/heal/+05'],
      ] as const) {
        expect((await callWith(gateway, five, method, path)).status, path).to.equal(200);
      }
      const { length } = gateway.daemon.asked;
      for (const [method, path] of [
        ['PUT', '/heal/6'],
        ['DELETE', '/heal/6'],
        ['POST', '/heal/6/goodbye'],
        ['GET', '/checkup/6'],
        ['PUT', '/heal/-5'],
        ['GET', '/heart_rhythm/5'],
        ['GET', '/users/5'],
        ['GET', '/users?status=online'],
        ['GET', '/stats'],
        ['DELETE', '/users/5'],
        ['PUT', '/nodes/5/heartbeat'],
        ['PUT', '/nodes/5'],
        ['GET', '/nodes'],
        ['GET', '/supervision'],
        ['GET', '/alerts'],
      ] as const) {
        const { status, json } = await callWith(gateway, five, method, path);
        expect(status, path).to.equal(403);
        if (/^\/(heal|checkup|heart_rhythm)/.test(path)) expect(json).to.have.all.keys('error');
      }
      expect(gateway.daemon.asked).to.have.length(length);
    });

    it('heal their own user in a batch, and reject all others', async () => {
      const gateway = await start({ auth: authOf() });
      const { json } = await callWith(gateway, await token(), 'POST', '/heal', { body: '[4,5]' });
      expect(json).to.deep.equal({
        accepted: 1,
        rejected: [{ index: 0, error: 'this user token does not cover this user_id' }],
      });
      const beats = await callWith(gateway, await token(), 'POST', '/nodes/heartbeats', { body: '["5"]' });
      expect(beats.json).to.have.property('accepted', 0);
    });

    it('are refused once they have expired, also when they were known before', async () => {
      const gateway = await start({ auth: authOf() });
      const five = await token();
      expect((await callWith(gateway, five, 'PUT', '/heal/5')).status).to.equal(200);
      await gateway.clock.advance(59_999);
      expect((await callWith(gateway, five, 'PUT', '/heal/5')).status).to.equal(200);
      await gateway.clock.advance(1);
      for (let again = 0; again < 2; again++) {
        const { status, json } = await callWith(gateway, five, 'PUT', '/heal/5');
        expect([status, json]).to.deep.equal([401, { error: 'the token has expired' }]);
      }
    });

    it('are refused if they are forged or incomplete', async () => {
      const gateway = await start({ auth: authOf(keyRule('ops')) });
      const exp = START + 60;
      const good = await token();
      const [header = '', claims = '', signature = ''] = good.split('.');
      const none = Buffer.from('{"alg":"none"}').toString('base64url');
      const six = Buffer.from(`{"sub":"6","exp":${exp}}`).toString('base64url');
      for (const [what, bad] of Object.entries({
        'another secret': await token({ sub: '5', exp }, createSecretKey(Buffer.alloc(32))),
        'no signature': `${header}.${claims}.`,
        'alg none': `${none}.${claims}.`,
        'alg none, signed': `${none}.${claims}.${signature}`,
        'other claims': `${header}.${six}.${signature}`,
        'another algorithm': await token(
          { sub: '5', exp },
          createSecretKey(Buffer.from('a secret of 32 bytes and of more! And even more of it, 64 bytes.')),
          'HS512',
        ),
        'no exp': await token({ sub: '5' }),
        'no sub': await token({ exp }),
        'a sub that is no user': await token({ sub: 'root', exp }),
        'a sub that is no text': await token({ sub: 5 as unknown as string, exp }),
        'not valid yet': await token({ sub: '5', exp, nbf: START + 30 }),
        'no JSON': 'aaaa.bbbb.cccc',
        prototype: await token(JSON.parse(`{"__proto__":{"sub":"5"},"exp":${exp}}`) as JWTPayload),
      })) {
        const { status, json } = await callWith(gateway, bad, 'PUT', '/heal/5');
        expect(status, what).to.equal(401);
        expect(json, what)
          .to.have.all.keys('error')
          .and.to.have.property('error')
          .that.matches(/^the token is not valid: /);
      }
      expect(gateway.daemon.asked).to.be.empty;
      // A text with two parts is neither a token nor a key.
      expect((await callWith(gateway, `${header}.${claims}`, 'PUT', '/heal/5')).status).to.equal(401);
    });

    it('are verified once, and heal as of when they were read', async () => {
      const gateway = await start({ auth: authOf() });
      const five = await token();
      let deferred = 0;
      gateway.daemon.whenDeferred = () => (deferred += 1);
      for (let again = 0; again < 3; again++) {
        expect((await callWith(gateway, five, 'PUT', '/heal/5')).status).to.equal(200);
      }
      expect([deferred, gateway.daemon.deferred]).to.deep.equal([1, 0]);
      // A refused request counts as handled, too.
      await callWith(gateway, `${five}x`, 'PUT', '/heal/5');
      expect([deferred, gateway.daemon.deferred]).to.deep.equal([2, 0]);
    });

    it('release their resources when their client disconnects', async () => {
      const gateway = await start({ auth: authOf() });
      const client = gateway.raw();
      client.send(`PUT /heal/5 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await token()}\r\n\r\n`);
      await eventually(() => expect(gateway.daemon.asked).to.have.length(1), { every: 1 });
      client.socket.destroy();
      expect(gateway.daemon.deferred).to.equal(0);
    });
  });
}

describe('user tokens', () => {
  const start = starting(true);

  for (const [algorithm, pair] of [
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'prime256v1' })],
  ] as const) {
    it(`of ${algorithm} need the private key, and no secret stands in for it`, async () => {
      const auth: AuthOptions = { keys: [], user_tokens: { algorithm, key: pair.publicKey } };
      const gateway = await start({ auth });
      const claims = { sub: '5', exp: START + 60 };
      const good = await token(claims, pair.privateKey, algorithm);
      expect((await callWith(gateway, good, 'PUT', '/heal/5')).status).to.equal(200);
      const pem = pair.publicKey.export({ type: 'spki', format: 'pem' });
      const confused = await token(claims, createSecretKey(Buffer.from(pem)), 'HS256');
      expect((await callWith(gateway, confused, 'PUT', '/heal/5')).status).to.equal(401);
    });
  }

  it('must be of the issuer, and for the audience, that are asked for', async () => {
    const { user_tokens } = authOf();
    if (user_tokens === undefined) throw new TypeError('there are no tokens');
    const gateway = await start({
      auth: { keys: [], user_tokens: { ...user_tokens, issuer: 'app', audience: 'heartbeat' } },
    });
    const claims = { sub: '5', exp: START + 60 };
    for (const [more, status] of [
      [{ iss: 'app', aud: 'heartbeat' }, 200],
      [{ iss: 'app' }, 401],
      [{ iss: 'other', aud: 'heartbeat' }, 401],
      [{}, 401],
    ] as const) {
      const signed = await token({ ...claims, ...more });
      expect((await callWith(gateway, signed, 'PUT', '/heal/5')).status, JSON.stringify(more)).to.equal(
        status,
      );
    }
  });
});
