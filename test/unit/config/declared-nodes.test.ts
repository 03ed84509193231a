import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect } from 'chai';
import { readDeclared } from '../../../src/config/declared-nodes.js';
import type { SettingsChange } from '../../../src/domain/node.js';
import { TestResources } from '../../support/test-resources.js';
import { inForce, load, problems } from './support.js';

/** A configuration that names a file of nodes with these contents. */
function withNodes(
  nodes: string,
  config = '',
): { readonly file: string; readonly readFile: (path: string) => string } {
  const file = `nodes: { declared: nodes.yaml }\n${config}`;
  return { file, readFile: (path) => (path.endsWith('nodes.yaml') ? nodes : file) };
}

describe('a file of declared nodes', () => {
  it('is found beside the configuration, and gives each node all of its settings', () => {
    const { declared } = inForce(
      withNodes(
        '- web\n- name: job\n  schedule: { every: 60 }\n- { name: db, timeout: 5, labels: { a: b } }\n',
      ),
    );
    expect(declared?.path).to.equal('/etc/nodes.yaml');
    const settings: Record<string, SettingsChange> = Object.fromEntries(
      (declared?.nodes ?? []).map((node) => [`${node.name} in line ${node.line}`, node.settings]),
    );
    expect(settings).to.containSubset({
      'web in line 1': { labels: {} },
      'job in line 2': { schedule: { every: 60_000, grace: 3_600_000 } },
      'db in line 4': { timeout: 5000, labels: { a: 'b' } },
    });
  });

  it('may be empty as a list, and not by accident', () => {
    expect(inForce(withNodes('[]')).declared?.nodes).to.deep.equal([]);
    expect(problems(withNodes(''))).to.deep.equal([
      '/etc/nodes.yaml: must be a list of nodes, such as "- db-1"',
    ]);
  });

  it('may have probes, which the daemon runs, and no commands', () => {
    const [web] =
      inForce(withNodes('- { name: web, probe: { tcp: "web:80", every: 10 } }')).declared?.nodes ?? [];
    expect(web?.settings.probe).to.deep.equal({ tcp: 'web:80', every: 10 });
    expect(problems(withNodes('- { name: web, probe: { command: "true" } }')).join('\n')).to.include(
      'probe.command: the daemon runs no commands: use heartbeat emit',
    );
  });

  it('is read only if it is named', () => {
    expect(inForce({ file: 'nodes: { declared: off }' }).declared).to.equal(undefined);
  });

  it('reports all problems with their lines, besides those of the configuration', () => {
    const nodes = [
      '- name: a',
      '  timeout: long',
      '- name: b',
      '  channels: [ops, chat]',
      '- name: c',
      '  deadline: 3',
      '- name: a',
    ].join('\n');
    const channels = 'channels: { ops: { kind: log } }\nlog: { level: loud }\n';
    expect(problems(withNodes(nodes, channels))).to.have.members([
      'log.level: must be one of error, warn, info, debug, not "loud" (from /etc/heartbeat.yaml:3)',
      '/etc/nodes.yaml:2: nodes[0].timeout: must be a number of seconds',
    ]);
    const rest = nodes.replace('long', '5');
    expect(problems(withNodes(rest, channels.split('log:')[0]))).to.deep.equal([
      '/etc/nodes.yaml:7: nodes[3]: a is listed twice: remove it here or in line 1',
    ]);
    const others = rest.split('\n').slice(0, -1).join('\n');
    expect(problems(withNodes(others, channels.split('\nlog:')[0]))).to.deep.equal([
      '/etc/nodes.yaml:3: b: channels.1: unknown channel; the configured ones are: ops',
      '/etc/nodes.yaml:5: c: deadline: only heartbeat emit has it: keep the node in a file of its own for it',
    ]);
  });

  for (const [what, nodes, problem] of [
    [
      'one slug twice',
      '- { name: a, slug: x }\n- { name: b, slug: x }',
      ':2: b: slug: x is that of a in line 1',
    ],
    ['a slug that is a name', '- a\n- { name: b, slug: a }', ':2: b: slug: a is that of a in line 1'],
    [
      'a cycle',
      '- { name: a, depends_on: [b] }\n- { name: b, depends_on: [a] }',
      ':1: a: depends_on: the node would depend on itself: a -> b -> a',
    ],
    [
      'broken YAML',
      '- { name: a',
      ':1:12: Flow map in block collection must be sufficiently indented and end with a }',
    ],
    ['what is nested too deeply', `- ${'['.repeat(20_000)}`, ': is nested too deeply'],
  ] as const) {
    it(`is refused for ${what}`, () => {
      expect(problems(withNodes(nodes)).join('\n')).to.include(`/etc/nodes.yaml${problem}`);
    });
  }

  it('is named when it cannot be read', () => {
    const file = 'nodes: { declared: nodes.yaml }';
    const readFile = (path: string): string => {
      if (path.endsWith('nodes.yaml')) throw new Error('EACCES');
      return file;
    };
    expect(load({ file, readFile })).to.deep.equal({
      ok: false,
      problems: ['/etc/nodes.yaml: cannot be read: EACCES'],
    });
  });

  it('is refused at once if it is a FIFO or a device, which nobody may end', async () => {
    const resources = new TestResources();
    const fifo = path.join(resources.directory(), 'nodes.yaml');
    execFileSync('mkfifo', [fifo]);
    for (const file of [fifo, '/dev/zero', '/'])
      expect(readDeclared({ path: file, channels: undefined })).to.deep.equal({
        problems: [`${file}: cannot be read: it is no regular file`],
      });
    await resources.clear();
  });
});

describe('a configuration that is nested too deeply', () => {
  it('is a problem like any other', () => {
    expect(problems({ file: `channels: ${'{ a: '.repeat(20_000)}` })).to.deep.equal([
      '/etc/heartbeat.yaml: is nested too deeply',
    ]);
  });
});
