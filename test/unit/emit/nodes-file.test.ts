import { expect } from 'chai';
import { readNodes } from '../../../src/cli/emit/nodes-file.js';

describe('a file of nodes', () => {
  it('gives them what the API takes, as it is written', () => {
    const nodes = readNodes(
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
    expect(nodes).to.deep.equal([
      { name: 'plain' },
      {
        name: 'web',
        probe: undefined,
        deadline: 3,
        onProbeFailure: undefined,
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
        settings: { timeout: null },
      },
    ]);
  });

  for (const [settings, problem] of [
    ['timeout: long', '.timeout: must be a number of seconds'],
    ['timeout: { adaptive: true, min: 5 }', '.timeout.max: must be a number of seconds'],
    ['timeout: { adaptive: true, min: 5, max: 2 }', '.timeout.max: must not be less than min'],
    ['timeout: { adaptive: true, min: 1, max: 2, window: 5 }', '.timeout: unknown field window'],
    ['labels: { "a:b": c }', '.labels.a:b: a key must not have a colon'],
    ['probe: { http: "http://a", status: ok }', '.probe.status: must be a status, or a list of them'],
    ['paused: true', ': unknown field paused'],
  ]) {
    it(`is told what is wrong with ${settings}`, () => {
      expect(readNodes('nodes.yaml', `- { name: web, ${settings} }`)).to.deep.equal({
        problems: [`nodes.yaml: nodes[0]${problem}`],
      });
    });
  }
});
