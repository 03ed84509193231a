import { expect } from 'chai';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TestResources } from '../support/test-resources.js';

describe('heartbeat config', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('prints every value in force and its source, and opens nothing', async () => {
    const cwd = resources.directory();
    const config = await resources.heartbeat(['config', '--port', '4000'], {
      cwd,
      env: { HEARTBEAT_SESSION_TIMEOUT: '30' },
    });
    expect(await config.ended).to.deep.equal({ code: 0, signal: null });
    const line = (key: string): string | undefined =>
      config.stdout.split('\n').find((each) => each.startsWith(key));
    expect(line('port')).to.match(/4000.*--port/);
    expect(line('session_timeout')).to.match(/30.*HEARTBEAT_SESSION_TIMEOUT/);
    expect(line('shards')).to.match(/16.*default/);
    expect(readdirSync(cwd)).to.deep.equal([]);
  });

  it('prints the same as one JSON document with --json', async () => {
    const cwd = resources.directory();
    writeFileSync(path.join(cwd, 'heartbeat.yaml'), 'session_timeout: 12\nlog:\n  level: debug\n');
    const config = await resources.heartbeat(['config', '--json', '--config', 'heartbeat.yaml'], { cwd });
    expect((await config.ended).code).to.equal(0);
    expect(config.stdout).to.match(/heartbeat\.yaml/);
    expect(JSON.stringify(JSON.parse(config.stdout))).to.match(/"session_timeout":.*12/);
  });

  it('exits 78 with every problem when it is wrong', async () => {
    const config = await resources.heartbeat(['config', '--port', 'x', '--shards', '-1']);
    expect((await config.ended).code).to.equal(78);
    expect(config.stderr.trimEnd().split('\n')).to.have.length(2);
  });
});
