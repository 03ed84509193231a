import { expect } from 'chai';
import { Access } from '../../../src/domain/access.js';
import { parseAlertId } from '../../../src/domain/alert-id.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import { parseTextId, userIdsOf } from '../../../src/domain/user-id.js';
import { instant } from '../../../src/domain/time.js';
import { isAlertVisible, visibleAlert } from '../../../src/domain/alert-scope.js';
import { Authenticator } from '../../../src/http/security/authenticator.js';
import { authOf, keyRule, START, token } from '../../http/auth/support.js';
import { node, user } from '../../support/ids.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

describe('the access of a key', () => {
  it('is all users and nodes without limits', () => {
    const access = Access.ofKey(keyRule('ops'));
    expect(access.mayTouchUser(user('-9223372036854775808'))).to.equal(true);
    expect(access.mayTouchNode(node('web-1'))).to.equal(true);
  });

  it('limits users and nodes each by itself', () => {
    const users = { from: user('9223372036854775806'), to: user('9223372036854775807') };
    const access = Access.ofKey(keyRule('app', { users }));
    expect(
      ['9223372036854775805', '9223372036854775806', '9223372036854775807', '1'].map((id) =>
        access.mayTouchUser(user(id)),
      ),
    ).to.deep.equal([false, true, true, false]);
    expect(access.mayTouchNode(node('web-1'))).to.equal(true);
  });

  it('may be limited to ids that begin alike, or to one', () => {
    const users = { prefixes: ['tenant1:', 'x'] };
    const access = Access.ofKey(keyRule('app', { users }));
    const texts = ['tenant1:ann', 'tenant10:ann', 'xavier', 'tenant1'].map(
      (text) => parseTextId(text) ?? expect.fail(),
    );
    expect(texts.map((id) => access.mayTouchUser(id))).to.deep.equal([true, false, true, false]);
    const [ann = expect.fail()] = texts;
    expect(texts.map((id) => Access.ofUser(ann).mayTouchUser(id))).to.deep.equal([true, false, false, false]);
  });

  it('with a range of integers includes no text', () => {
    const access = Access.ofKey(keyRule('app', { users: { from: user(1), to: user(9) } }));
    expect(access.mayTouchUser(parseTextId('ann') ?? expect.fail())).to.equal(false);
  });

  it('includes an alert if all the nodes that it names are', () => {
    const access = Access.ofKey(keyRule('app', { nodes: ['web-'] }));
    const anybody = Access.ofKey(keyRule('ops'));
    const web = { name: node('web-1'), state: 'failed', at: instant(0), labels: {} } as const;
    const db = { ...web, name: node('db-1') };
    for (const [more, expected] of [
      [{ node: facts('web-1') }, true],
      [{ node: facts('db-1') }, false],
      [{ group: { nodes: [web], alertIds: [] } }, true],
      [{ group: { nodes: [web, db], alertIds: [] } }, false],
      [{ mass: { count: 2, sample: [node('db-1')] } }, false],
      [{}, true],
    ] as const) {
      const record = alert(more);
      expect(isAlertVisible(access, record)).to.equal(expected);
      expect(isAlertVisible(anybody, record)).to.equal(true);
    }
  });
});

describe('the cause of a failure', () => {
  it('is shown only to keys with access to its node, too', () => {
    const record = alert({ node: facts('web-1'), causedBy: node('switch') });
    const { causedBy, ...others } = record.alert;
    expect(causedBy).to.equal('switch');
    expect(visibleAlert(Access.ofKey(keyRule('ops')), record)).to.equal(record);
    const both = Access.ofKey(keyRule('app', { nodes: ['web-', 'switch'] }));
    expect(visibleAlert(both, record)).to.equal(record);
    const web = Access.ofKey(keyRule('app', { nodes: ['web-'] }));
    expect(visibleAlert(web, record).alert).to.deep.equal(others);
  });
});

describe('an authenticator', () => {
  it('remembers so many tokens and no more, and still knows its keys', async () => {
    const clock = new SimulatedClock();
    const keeper = new Authenticator(authOf(keyRule('ops')), clock, userIdsOf('integer'), 2);
    const tokens = await Promise.all(['1', '2', '3', '4'].map((sub) => token({ sub, exp: START + 60 })));
    expect(keeper.identify('Bearer ops')).to.be.instanceOf(Access);
    for (const each of tokens) expect(await keeper.identify(`Bearer ${each}`)).to.be.instanceOf(Access);
    expect(keeper.identify(`Bearer ${tokens[3]!}`)).to.be.instanceOf(Access);
    expect(keeper.identify(`Bearer ${tokens[0]!}`)).to.be.instanceOf(Promise);
    expect(keeper.identify('Bearer ops')).to.be.instanceOf(Access);
  });
});

function facts(name: string): NonNullable<AlertRecord['alert']['node']> {
  return {
    name: node(name),
    state: 'failed',
    retries: 3,
    timeout: 30_000,
    maxRetries: 3,
    lastHeartbeat: undefined,
    labels: {},
    channels: undefined,
  };
}

function alert(more: Partial<AlertRecord['alert']>): AlertRecord {
  const id = parseAlertId('01M8160K8C0000MBCVSRV9YN0E')!;
  return {
    alert: { id, type: 'node.failed', at: instant(0), node: undefined, blind: 0, message: '', ...more },
    deliveries: [],
  };
}
