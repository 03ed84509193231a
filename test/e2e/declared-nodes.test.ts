import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { askNode, allNodes } from '../support/node-calls.js';
import { TestResources } from '../support/test-resources.js';

const WRONG = 'invalid configuration ignored: the previous one stays in force';
const MANY = 2000;

/** Numbers of nodes with this beginning, in a file. */
function listed(beginning: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `- { name: ${beginning}-${index}, timeout: 9 }\n`).join(
    '',
  );
}

describe('a daemon with declared nodes', () => {
  const resources = new TestResources();
  let directory: string;
  let config: string;
  let nodes: string;

  beforeEach(() => {
    directory = resources.directory();
    config = path.join(directory, 'heartbeat.yaml');
    nodes = path.join(directory, 'nodes.yaml');
    writeFileSync(config, 'nodes: { declared: nodes.yaml }\n');
  });

  afterEach(() => resources.clear());

  const launch = (): DaemonProcess => resources.launch(path.join(directory, 'data'), { config });
  const start = (): Promise<DaemonProcess> => resources.daemon(path.join(directory, 'data'), { config });
  const diff = (url: string, ...more: string[]): Promise<DaemonProcess> =>
    resources.heartbeat(['config', '--diff', '--url', url, ...more]);

  it('exits 78 for a wrong file, and names each line', async () => {
    writeFileSync(nodes, '- name: a\n  timeout: long\n- name: b\n  colour: red\n');
    const daemon = launch();
    expect((await daemon.ended).code).to.equal(78);
    expect(daemon.stderr.trim().split('\n')).to.deep.equal([
      `${nodes}:2: nodes[0].timeout: must be a number of seconds`,
      `${nodes}:3: nodes[1]: unknown field colour`,
    ]);
  });

  it('says what a reload would do, does that at SIGHUP, and nothing for a wrong file', async () => {
    writeFileSync(nodes, '- { name: a, timeout: 9 }\n- b\n');
    const daemon = await start();
    const { url } = daemon;
    expect(await askNode(url, 'GET', '/a')).to.have.nested.include({
      'body.declared': true,
      'body.timeout': 9,
    });
    expect(await askNode(url, 'PUT', '/a', { timeout: 8 })).to.deep.equal({
      status: 409,
      body: {
        error: 'the file of declared nodes names this node: change it there',
        code: 'HEARTBEAT_DECLARED_NODE',
      },
    });
    expect(await askNode(url, 'DELETE', '/a')).to.include({ status: 409 });
    const same = await diff(url);
    expect([(await same.ended).code, same.stdout]).to.deep.equal([0, 'a reload changes nothing\n']);

    writeFileSync(nodes, '- { name: a, timeout: 9, labels: { team: x } }\n- c\n');
    writeFileSync(config, 'nodes: { declared: nodes.yaml }\nlog: { level: debug }\nsession_timeout: 9\n');
    const other = await diff(url, '--config', nodes);
    expect((await other.ended).code).to.equal(2);
    expect(other.stdout.split('\n')).to.deep.equal([
      'changed   session_timeout: 7 -> 9 (needs a restart)',
      'changed   log.level: info -> debug',
      'removed   node b',
      'changed   node a: labels',
      'added     node c',
      '',
    ]);
    expect(other.stderr).to.equal(`heartbeat: the daemon reads ${config}, and not ${nodes}\n`);
    const json = await diff(url, '--json');
    expect(JSON.parse(json.stdout)).to.deep.include({
      node_counts: { added: 1, adopted: 0, changed: 1, removed: 1, released: 0 },
    });
    daemon.signal('SIGHUP');
    await eventually(() => expect(daemon.logged('declared nodes applied')).to.have.length(2));
    expect([...(await allNodes(url)).keys()]).to.deep.equal(['a', 'c']);

    writeFileSync(nodes, '- { name: a, timeout: 0 }\n');
    const wrong = await diff(url);
    expect((await wrong.ended).code).to.equal(78);
    expect(wrong.stderr).to.include(`${nodes}:1: nodes[0].timeout: must be at least 0.001`);
    daemon.signal('SIGHUP');
    await eventually(() => expect(daemon.hasLogged(WRONG)).to.equal(true));
    expect([...(await allNodes(url)).keys()]).to.deep.equal(['a', 'c']);
    const unreachable = await diff('http://127.0.0.1:9');
    expect((await unreachable.ended).code).to.equal(1);
  });

  it('completes what a SIGKILL has interrupted', async () => {
    writeFileSync(nodes, listed('old', MANY));
    const first = await start();
    await askNode(first.url, 'PUT', '/hand', {});
    writeFileSync(nodes, listed('new', MANY));
    first.signal('SIGHUP');
    await eventually(async () => {
      expect(await askNode(first.url, 'GET', '/old-0')).to.include({ status: 404 });
    });
    await first.kill();
    const second = await start();
    const names = [...(await allNodes(second.url)).keys()];
    expect(names).to.have.members(['hand', ...Array.from({ length: MANY }, (_, index) => `new-${index}`)]);
  });
});
