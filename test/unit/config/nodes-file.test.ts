import { expect } from 'chai';
import { readNodes } from '../../../src/config/nodes-file.js';

describe('a file of nodes', () => {
  it('gives them what the API takes, as it is written', () => {
    const read = readNodes(
      'nodes.yaml',
      `- plain
- name: web
  timeout: { adaptive: true, min: 2, max: 60, threshold: 12 }
  max_retries: 1
  depends_on: [db-1]
  deadline: 3
- { name: db-1, timeout: null }
`,
    );
    const found = 'nodes' in read ? read.nodes : [];
    expect(found.map(({ line }) => line)).to.deep.equal([1, 2, 7]);
    expect(found.map(({ node }) => node)).to.deep.equal([
      { name: 'plain' },
      {
        name: 'web',
        probe: undefined,
        deadline: 3,
        onProbeFailure: undefined,
        hasSchedule: false,
        settings: {
          timeout: { adaptive: true, min: 2, max: 60, threshold: 12 },
          max_retries: 1,
          depends_on: ['db-1'],
        },
      },
      {
        name: 'db-1',
        probe: undefined,
        deadline: undefined,
        onProbeFailure: undefined,
        hasSchedule: false,
        settings: { timeout: null },
      },
    ]);
  });

  it('knows jobs by their schedule, and gives them a slug and a grace', () => {
    const nodes = readNodes(
      'nodes.yaml',
      `- { name: Nightly backup, slug: nightly-backup, schedule: { cron: 0 4 * * *, grace: 1800 } }
- { name: import, grace: 900 }
- { name: sync, schedule: null }
`,
    );
    const shown =
      'problems' in nodes
        ? nodes
        : nodes.nodes.map(({ node: { hasSchedule, settings } }) => [hasSchedule, settings]);
    expect(shown).to.deep.equal([
      [true, { slug: 'nightly-backup', schedule: { cron: '0 4 * * *', grace: 1800 } }],
      [false, { grace: 900 }],
      [false, { schedule: null }],
    ]);
  });

  for (const [settings, problem] of [
    ['timeout: long', '.timeout: must be a number of seconds'],
    ['timeout: { adaptive: true, min: 5 }', '.timeout.max: must be a number of seconds'],
    ['timeout: { adaptive: true, min: 5, max: 2 }', '.timeout.max: must not be less than min'],
    ['timeout: { adaptive: true, min: 1, max: 2, window: 5 }', '.timeout: unknown field window'],
    ['labels: { "a:b": c }', '.labels.a:b: a key must not have a colon'],
    ['probe: { http: "http://a", expect: { status: ok } }', '.probe.expect.status: must be an HTTP status'],
    ['probe: { http: "http://a", status: 200 }', '.probe: unknown field status'],
    ['paused: true', ': unknown field paused'],
    ['slug: Nightly', '.slug: must be at most 100 of a-z, 0-9, "-" and "_"'],
    ['grace: -1', '.grace: must be at least 0.001 seconds'],
    ['schedule: { every: 60 }, grace: 5', '.grace: a schedule has a grace of its own: remove one of the two'],
  ]) {
    it(`is told what is wrong with ${settings}`, () => {
      expect(readNodes('nodes.yaml', `- { name: web, ${settings} }`)).to.deep.equal({
        problems: [`nodes.yaml:1: nodes[0]${problem}`],
      });
    });
  }

  it('is refused where aliases of aliases would fill the memory, with the line', () => {
    const bomb = ['- a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [name = '', of = ''] of ['ba', 'cb', 'dc', 'ed', 'fe'])
      bomb.push(`- ${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]`);
    const read = readNodes('nodes.yaml', `${bomb.join('\n')}\n`);
    const problems = 'problems' in read ? read.problems : [];
    expect(problems).to.include(
      'nodes.yaml:6: nodes[5]: Excessive alias count indicates a resource exhaustion attack',
    );
  });
});
