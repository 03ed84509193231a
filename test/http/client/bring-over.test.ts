import { expect } from 'chai';
import { bringOver } from '../../../src/cli/import/bring-over.js';
import type { ImportedNode } from '../../../src/cli/import/imported-node.js';
import { createClient, type HeartbeatClient } from '../../../src/client/api/index.js';
import { authOf, keyRule } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';

const imported = (name: string, settings: object = { timeout: 60 }): ImportedNode => ({
  name,
  settings: { ...settings },
  isPaused: false,
  notes: [],
});

describe('nodes of another service', () => {
  let http: DaemonOverHttp;
  let client: HeartbeatClient;

  beforeEach(async () => {
    http = await DaemonOverHttp.start({}, authOf(keyRule('web', { scopes: ['admin'], nodes: ['web-'] })));
    client = createClient({ url: http.url, key: 'web', retries: 0 });
  });

  afterEach(async () => {
    await client.close();
    await http.stop();
  });

  it('that were brought over are reported where the key may bring no more', async () => {
    const { outcomes, brokenOff } = await bringOver(
      client,
      ['web-1', 'db-1', 'web-2'].map((name) => imported(name)),
      false,
    );
    expect(outcomes.map(({ node, outcome }) => [node.name, outcome])).to.deep.equal([
      ['web-1', 'registered'],
    ]);
    expect(brokenOff).to.include({ status: 403 });
  });

  it('that cannot be registered are refused one by one', async () => {
    const nodes = [imported('web-1'), imported('web-2', { max_retries: -1 }), imported('web-3')];
    const { outcomes, brokenOff } = await bringOver(client, nodes, false);
    expect(outcomes.map(({ outcome }) => outcome)).to.deep.equal(['registered', 'refused', 'registered']);
    expect(brokenOff).to.equal(undefined);
  });
});
