import { expect } from 'chai';
import { MessageTemplate } from '../../../src/adapters/channels/message-template.js';
import { shortened } from '../../../src/adapters/channels/alert-text.js';
import { SAMPLE_ALERTS, SAMPLE_GROUP } from '../../../src/adapters/channels/sample-alerts.js';
import { slackBody } from '../../../src/adapters/channels/slack/blocks.js';
import { ALERT_TYPES } from '../../../src/domain/alert.js';
import { problems, inForce } from '../config/support.js';
import { EVERY_KIND, FAILED, group, NASTY_FAILURE } from './support.js';

const problemOf = (template: string): string => {
  try {
    void new MessageTemplate(template);
    return 'nothing';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
const rendered = (template: string, alert = FAILED) => new MessageTemplate(template).inAlert(alert).message;

describe('a template of messages', () => {
  it('makes the sentence, and leaves all else of the alert as it is', () => {
    const template = new MessageTemplate(
      '{{#node}}[{{labels.env}}] {{name}} is {{state}}{{/node}}{{^node}}{{message}}{{/node}} ({{time}})',
    );
    expect(template.inAlert(FAILED)).to.deep.equal({
      ...FAILED,
      message: '[prod] node1 is failed (2026-11-22 03:33:45 UTC)',
    });
    expect(template.inAlert(SAMPLE_ALERTS.test).message).to.match(/^This is a test of channel 'ops'\. \(/);
  });

  it('lists the nodes of a message about many, as far as people read', () => {
    const template = '{{count}}: {{#nodes}}{{name}} {{/nodes}}{{#more}}and {{more}} more{{/more}}{{message}}';
    expect(rendered(template, group(2))).to.match(/^2: n0 n1 Of 2/);
    expect(rendered(template, group(250))).to.match(/^250: n0 .* n99 and 150 more/);
  });

  it('is refused at the start where it is not right for every type of alert', () => {
    expect(problemOf('{{message}}')).to.equal('nothing');
    for (const [template, problem] of [
      ['', /^must make a text of every alert: there is none of node\.failed$/],
      ['{{node.name}}', /there is none of mass_failure$/],
      ['{{#node}}{{name}}{{/node}}{{#sample}}{{.}}{{/sample}}', /there is none of test$/],
      ['{{message', /^must be a template of Mustache: /],
      ['{{#node}}{{message}}', /^must be a template of Mustache: /],
      ['{{message}}{{nod.name}}', /^must name what an alert has, and not \{\{nod\.name\}\}$/],
      ['{{message}}{{name}}', /not \{\{name\}\}$/],
      ['{{message}}{{links.acknowledge}}', /not \{\{links\.acknowledge\}\}$/],
      ['{{message}}{{.}}', /not \{\{\.\}\}$/],
      ['{{message}}{{nodes}}', /since \{\{nodes\}\} is no text$/],
      ['{{message}}{{{node}}}', /since \{\{node\}\} is no text$/],
      ['{{message}}{{>other}}', /^must have no partial/],
      ['{{message}}{{#nodes}}{{#nodes}}x{{/nodes}}{{/nodes}}', /^must have no list within a list/],
    ] as const)
      expect(problemOf(template), template).to.match(problem);
  });

  it('reaches no function and no prototype', () => {
    for (const name of [
      'constructor',
      '__proto__',
      'toString',
      'node.constructor',
      'node.__proto__.polluted',
      'nodes.map',
      'message.constructor',
    ]) {
      expect(problemOf(`{{message}}{{${name}}}`), name).to.match(/^must/);
      expect(problemOf(`{{message}}{{#${name}}}x{{/${name}}}`), name).to.match(/^must/);
    }
    // Any label may be named, whatever it is called.
    for (const label of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      expect(rendered(`{{message}}{{#node}}{{labels.${label}}}{{/node}}`), label).to.equal(FAILED.message);
  });

  it('is no markup of its own: each channel escapes the sentence', () => {
    for (const alert of [...EVERY_KIND, ...ALERT_TYPES.map((type) => SAMPLE_ALERTS[type]), SAMPLE_GROUP])
      expect(rendered('{{message}}', alert)).to.equal(shortened(alert.message.trim(), 10_000));
    const nasty = new MessageTemplate('{{#node}}{{name}}{{/node}}{{^node}}{{message}}{{/node}} <!channel>');
    const body = JSON.stringify(slackBody(nasty.inAlert(NASTY_FAILURE)));
    expect(body).to.include('&lt;!channel&gt;').and.not.include('<!channel>');
  });

  it('is a setting of every kind of channel', () => {
    const file = (template: string) =>
      `channels: { ops: { kind: log, template: ${JSON.stringify(template)} } }`;
    const [channel] = inForce({ file: file('{{type}}: {{message}}') }).channels;
    expect(channel?.template?.inAlert(FAILED).message).to.equal(`node.failed: ${FAILED.message}`);
    expect(channel?.shown).to.include({ template: '{{type}}: {{message}}' });
    expect(problems({ file: file('{{nam}}') })).to.deep.equal([
      'channels.ops.template: must name what an alert has, and not {{nam}} (from /etc/heartbeat.yaml:1)',
    ]);
  });
});
