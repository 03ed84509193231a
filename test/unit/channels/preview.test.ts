import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { previewsOf } from '../../../src/adapters/channels/preview.js';
import { SAMPLE_ALERTS } from '../../../src/adapters/channels/sample-alerts.js';
import { channelKinds } from '../../../src/adapters/channels/registry.js';
import { previewChannel } from '../../../src/cli/channels/preview-command.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { inForce } from '../config/support.js';

/** A secret of the form that the kind asks for. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/SMTP/, 'smtp://hush:hush-hush-hush-hush@mail.example.org'],
  [/REDIS/, 'redis://hush:hush-hush-hush-hush@redis.example.org'],
  [/MQTT/, 'mqtt://hush:hush-hush-hush-hush@mqtt.example.org'],
  [/_URL$|HOOK$/, 'https://hooks.example.org/hush-hush-hush-hush-hush'],
  [/TELEGRAM/, '12345:hush_hush_hush_hush_hush'],
  [/PAGERDUTY/, 'hush'.repeat(8)],
  [/PUSHOVER/, `${'hush'.repeat(7)}00`],
  [/./, 'hush-hush-hush-hush-hush'],
];

/** The first example on the page of a kind, with the secrets that it names. */
function exampleOf(kind: string) {
  const page = readFileSync(`docs/channels/${kind}.md`, 'utf8');
  const [, file = ''] = /```yaml\n([^`]*)```/.exec(page) ?? [];
  const names = [...file.matchAll(/_env: (\w+)/g)].map(([, name = '']) => name);
  const env = Object.fromEntries(
    names.map((name) => [name, SECRETS.find(([form]) => form.test(name))?.[1] ?? '']),
  );
  return inForce({ file, env });
}

describe('a preview of a channel', () => {
  const links = {
    publicUrl: 'https://heartbeat.example.org',
    signer: { sign: () => '(signed)', read: () => undefined },
  };

  for (const kind of Object.keys(channelKinds)) {
    it(`shows what ${kind} sends of each type of alert, without a secret`, async () => {
      const plan = exampleOf(kind).channels.find(({ policy }) => policy.kind === kind);
      if (plan === undefined) throw new TypeError(`its page has no example of ${kind}`);
      const previews = await previewsOf(plan, [plan], links, new SimulatedClock());
      expect(previews.map(({ alert }) => alert)).to.include.members([
        'node.failed',
        'node.recovered',
        'node.deleted',
        'channel.closed',
        'mass_failure',
        'test',
        'a message about many nodes',
      ]);
      for (const { alert, sent } of previews) {
        const text = JSON.stringify(sent);
        expect(sent, alert).to.have.length.greaterThan(0);
        expect(text, alert).to.not.match(/hush|hbl1_/);
      }
    });
  }

  it('shows what a module of your own is given', async () => {
    const module = new URL(import.meta.url).pathname;
    const [plan] = inForce({ file: `channels: { mine: { kind: ${module} } }` }).channels;
    const [first] = await previewsOf(plan!, [], links, new SimulatedClock());
    expect(first?.sent).to.deep.equal([
      {
        ...SAMPLE_ALERTS['node.failed'],
        links: {
          node: 'https://heartbeat.example.org/#/nodes/db-1',
          acknowledge: 'https://heartbeat.example.org/links/(signed)',
          silence: 'https://heartbeat.example.org/links/(signed)',
        },
      },
    ]);
  });

  const printed = async (name: string, file: string, json: boolean) => {
    const texts: string[] = [];
    const write = { write: (text: string) => texts.push(text) };
    const code = await previewChannel(name, inForce({ file }), { json, stdout: write, stderr: write });
    return { code, text: texts.join('') };
  };

  it('has the template and the links of the configuration, and prints JSON if asked', async () => {
    const file = `public_url: https://h.example.org\nchannels: { ops: { kind: webhook, url: 'https://hooks.example.org', template: '{{type}}: {{message}}' } }`;
    const { code, text } = await printed('ops', file, true);
    expect(code).to.equal(0);
    const { previews, ...others } = JSON.parse(text) as {
      previews: { alert: string; sent: { message: string; links?: object }[] }[];
    };
    expect(others).to.deep.equal({ channel: 'ops', kind: 'webhook' });
    expect(previews[0]?.sent[0]).to.deep.include({
      message: "node.failed: Node 'db-1' has failed: no heartbeat for 2 min.",
      links: { node: 'https://h.example.org/#/nodes/db-1' },
    });
    expect((await printed('ops', file, false)).text).to.match(/^webhook, node\.failed:\n\{\n {2}"id"/);
  });

  it('is none of a channel that is not configured', async () => {
    const { code, text } = await printed('nobody', 'channels: { ops: { kind: log } }', false);
    expect([code, text]).to.deep.equal([1, 'heartbeat: no channel is called nobody: there are ops\n']);
  });
});
