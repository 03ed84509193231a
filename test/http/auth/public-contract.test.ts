import { expect } from 'chai';
import { DaemonOverHttp } from '../nodes/support.js';
import { authOf, keyRule } from './support.js';

describe('the page of the API, with keys', () => {
  let served: DaemonOverHttp;

  afterEach(() => served.stop());

  async function statuses(options: object, key?: string): Promise<number[]> {
    const auth = authOf(keyRule('heal', { scopes: ['heal'] }), keyRule('read', { scopes: ['read'] }));
    served = await DaemonOverHttp.start({}, auth, {}, options);
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const paths = ['/docs', '/openapi.json', '/supervision'];
    return Promise.all(
      paths.map(async (path) => (await served.plain('GET', path, undefined, headers)).status),
    );
  }

  it('needs one with the scope read', async () => {
    expect(await statuses({})).to.deep.equal([401, 401, 401]);
    await served.stop();
    expect(await statuses({}, 'heal')).to.deep.equal([403, 403, 403]);
    await served.stop();
    expect(await statuses({}, 'read')).to.deep.equal([200, 200, 200]);
  });

  it('needs none where docs.public says so, and nothing else is opened by that', async () => {
    const options = { docs: { public: true } };
    expect(await statuses(options)).to.deep.equal([200, 200, 401]);
    await served.stop();
    expect(await statuses(options, 'wrong')).to.deep.equal([200, 200, 401]);
    await served.stop();
    expect(await statuses(options, 'heal')).to.deep.equal([200, 200, 403]);
  });
});
