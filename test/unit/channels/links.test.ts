import { expect } from 'chai';
import { alertsIn, failureOf } from '../../../src/adapters/channels/alertmanager/alerts.js';
import { FiringAlerts } from '../../../src/adapters/channels/alertmanager/firing-alerts.js';
import { discordBody } from '../../../src/adapters/channels/discord/embed.js';
import { letterOf } from '../../../src/adapters/channels/email/letter.js';
import { appriseMessage } from '../../../src/adapters/channels/apprise/apprise.js';
import { googleChatBody } from '../../../src/adapters/channels/googlechat/googlechat.js';
import { gotifyMessage } from '../../../src/adapters/channels/gotify/gotify.js';
import { matrixMessage } from '../../../src/adapters/channels/matrix/message.js';
import { mattermostBody } from '../../../src/adapters/channels/mattermost/mattermost.js';
import { pushoverMessage } from '../../../src/adapters/channels/pushover/message.js';
import { rocketChatBody } from '../../../src/adapters/channels/rocketchat/rocketchat.js';
import { smsText } from '../../../src/adapters/channels/twilio/text.js';
import { zulipMessage } from '../../../src/adapters/channels/zulip/message.js';
import { log } from '../../../src/adapters/channels/log/log.js';
import { MessageLinks } from '../../../src/adapters/channels/message-links.js';
import { noteOf } from '../../../src/adapters/channels/ntfy/ntfy.js';
import { eventsOf } from '../../../src/adapters/channels/pagerduty/events.js';
import { RedactingNotifier } from '../../../src/adapters/channels/redacting-notifier.js';
import { Redaction } from '../../../src/adapters/channels/redaction.js';
import { slackBody } from '../../../src/adapters/channels/slack/blocks.js';
import { teamsBody } from '../../../src/adapters/channels/teams/card.js';
import { telegramText } from '../../../src/adapters/channels/telegram/text.js';
import type { ActionLink } from '../../../src/domain/action-link.js';
import { moment } from '../../../src/domain/time.js';
import { BaseNotifier, type AlertMessage, type OpenFailure } from '../../../src/ports/channel.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { attempt, EVERY_KIND, FAILED, group, MASS_FAILURE, RECOVERED, TEST, tools } from './support.js';

const URL = 'https://heartbeat.example.org';
const NODE = `${URL}/#/nodes/node1`;
const ACKNOWLEDGE = `${URL}/links/hbl1_acknowledge`;
const SILENCE = `${URL}/links/hbl1_silence`;

const clock = new SimulatedClock(1_795_318_430_700);
const signed: ActionLink[] = [];
const signer = {
  sign: (link: ActionLink) => {
    signed.push(link);
    return `hbl1_${link.action}`;
  },
  read: () => undefined,
};
const links = new MessageLinks('ops', { publicUrl: URL, signer }, clock);
const unsigned = new MessageLinks('ops', { publicUrl: URL }, clock);
const linked = links.inAlert(FAILED);
const text = (body: unknown): string => JSON.stringify(body);

describe('the links of a message', () => {
  it('show the node, acknowledge its failure, and silence it', () => {
    signed.splice(0);
    expect(links.inAlert(FAILED)).to.deep.equal({
      ...FAILED,
      links: { node: NODE, acknowledge: ACKNOWLEDGE, silence: SILENCE },
    });
    const common = { node: 'node1', since: FAILED.at_ms, channel: 'ops', expires: 1_795_404_830_000 };
    expect(signed).to.deep.equal([
      { action: 'acknowledge', ...common },
      { action: 'silence', ...common },
    ]);
    expect(unsigned.inAlert(FAILED)).to.deep.equal({ ...FAILED, links: { node: NODE } });
  });

  it('act only where there is a failure, and show only what is there', () => {
    signed.splice(0);
    for (const type of ['node.recovered', 'node.inactive', 'channel.closed'] as const)
      expect(links.inAlert({ ...RECOVERED, type }).links).to.deep.equal({ node: NODE });
    for (const alert of [MASS_FAILURE, TEST, { ...FAILED, type: 'node.deleted' as const }])
      expect(links.inAlert(alert)).to.equal(alert);
    expect(links.inAlert({ ...FAILED, reminder: 3 }).links).to.include({ acknowledge: ACKNOWLEDGE });
    expect(signed).to.have.length(2);
  });

  it('show each node of a group that is not deleted', () => {
    const many = group(2);
    const [first, second] = many.nodes!;
    const { nodes, ...others } = links.inAlert({ ...many, nodes: [first!, { ...second!, deleted: true }] });
    expect(nodes).to.deep.equal([
      { ...first, links: { node: `${URL}/#/nodes/n0` } },
      { ...second, deleted: true },
    ]);
    expect(others).to.not.have.property('links');
  });

  it('percent-encode whatever a name may contain', () => {
    const name = `a/b?c#d%&"'<>()[]*!|~ ü💥@`;
    const { node } = links.inAlert({ ...FAILED, node: { ...FAILED.node!, name } }).links!;
    expect(node).to.match(/^https:\/\/heartbeat\.example\.org\/#\/nodes\/[\w.~%-]+$/);
    expect(decodeURIComponent(node.slice(`${URL}/#/nodes/`.length))).to.equal(name);
  });

  it('are in each message of each kind of channel, where its provider shows them', () => {
    for (const url of [NODE, ACKNOWLEDGE, SILENCE]) {
      expect(text(slackBody(linked))).to.include(`<${url}|`);
      expect(text(discordBody(linked))).to.include(`](${url})`);
      expect(telegramText(linked)).to.include(`<a href="${url}">`);
      expect(text(mattermostBody(linked))).to.include(`](${url})`);
      expect(text(rocketChatBody(linked))).to.include(`](${url})`);
      expect(googleChatBody(linked).text).to.include(`<${url}|`);
      expect(zulipMessage(linked).content).to.include(`](${url})`);
      expect(text(matrixMessage(linked)))
        .to.include(`<a href=\\"${url}\\">`)
        .and.include(`: ${url}`);
      expect(appriseMessage(linked).body).to.include(`: ${url}`);
      expect(letterOf(linked).text).to.include(`: ${url}\n`);
      expect(letterOf(linked).html).to.include(`<a href="${url}">`);
    }
    const [card] = (teamsBody(linked) as { attachments: { content: { actions: object[] } }[] }).attachments;
    expect(card?.content.actions).to.deep.equal([
      { type: 'Action.OpenUrl', title: 'Show the node', url: NODE },
      { type: 'Action.OpenUrl', title: 'Acknowledge', url: ACKNOWLEDGE },
      { type: 'Action.OpenUrl', title: 'Silence for 1 hour', url: SILENCE },
    ]);
    expect(noteOf(linked)).to.deep.include({
      click: NODE,
      actions: [
        { action: 'view', label: 'Acknowledge', url: ACKNOWLEDGE },
        { action: 'view', label: 'Silence for 1 hour', url: SILENCE },
      ],
    });
    expect(pushoverMessage(linked)).to.include({ url: NODE, url_title: 'Show the node' });
    expect(text(gotifyMessage(linked))).to.include(`{"click":{"url":"${NODE}"}}`);
    for (const body of [pushoverMessage(linked), gotifyMessage(linked)]) {
      const { message } = body as { message: string };
      expect(message).to.match(/\nAcknowledge: .*_acknowledge\nSilence for 1 hour: .*_silence$/);
    }
    expect(smsText(linked, 3)).to.match(/\nhttps:.*\/#\/nodes\/node1$/);
    expect(eventsOf(linked)[0]).to.deep.include({
      client_url: NODE,
      links: [
        { href: ACKNOWLEDGE, text: 'Acknowledge' },
        { href: SILENCE, text: 'Silence for 1 hour' },
      ],
    });
    expect(alertsIn(linked, {}, 0)[0]?.alert).to.include({ generatorURL: NODE });
    expect(text(alertsIn(linked, {}, 0))).to.not.include('/links/');
  });

  it('lead from a list to each of its nodes', () => {
    const many = links.inAlert(group(2));
    const url = `${URL}/#/nodes/n0`;
    expect(text(slackBody(many))).to.include(`• *<${url}|n0>* is back`);
    expect(text(discordBody(many))).to.include(`• **[n0](${url})** is back`);
    expect(text(teamsBody(many))).to.include(`- **[n0](${url})** is back`);
    expect(telegramText(many)).to.include(`• <b><a href="${url}">n0</a></b> is back`);
    expect(letterOf(many).html).to.include(`<li><a href="${url}">n0</a> is back</li>`);
    expect(text(mattermostBody(many))).to.include(`• **[n0](${url})** is back`);
    expect(text(rocketChatBody(many))).to.include(`• *n0* is back · [Show](${url})`);
    expect(googleChatBody(many).text).to.include(`• *n0* is back · <${url}|Show>`);
    expect(zulipMessage(many).content).to.include(`• **n0** is back · [Show](${url})`);
    expect(text(matrixMessage(many))).to.include(`• <strong><a href=\\"${url}\\">n0</a></strong> is back`);
    expect(eventsOf(many)[1]).to.include({ client_url: `${URL}/#/nodes/n1` });
    expect(alertsIn(many, {}, 0)[1]?.alert).to.include({ generatorURL: `${URL}/#/nodes/n1` });
  });

  it('are no part of a message without them', () => {
    for (const alert of EVERY_KIND) {
      const all = [
        ...[slackBody, discordBody, teamsBody, telegramText, letterOf, noteOf, eventsOf],
        ...[mattermostBody, rocketChatBody, googleChatBody, matrixMessage, gotifyMessage, appriseMessage],
        ...[(each: AlertMessage) => zulipMessage(each), (each: AlertMessage) => pushoverMessage(each)],
        (each: AlertMessage) => smsText(each, 3),
      ];
      for (const body of all) expect(text(body(alert))).to.not.match(/\/(?:nodes|links)\/|undefined/);
      expect(text(alertsIn(alert, {}, 0))).to.not.include('generatorURL');
    }
  });

  it('that act are neither in the log of the daemon nor in an error that is kept', async () => {
    const logger = new RecordingLogger();
    await log.create({}, {}, tools({ logger })).notify(linked, attempt());
    expect(text(logger.lines)).to.include(NODE).and.not.include('/links/');
    class Refusing extends BaseNotifier {
      override notify(alert: AlertMessage): Promise<void> {
        return Promise.reject(new Error(`answered 500: you sent ${text(alert.links)}`));
      }
    }
    const notifier = new RedactingNotifier(new Refusing(), new Redaction([]), { links });
    const error: unknown = await notifier.notify(FAILED, attempt()).catch((each: unknown) => each);
    expect(String(error)).to.include(`${URL}/links/(redacted)`).and.not.include('hbl1_');
  });

  it('are sent again to a provider that forgets, with another address too', () => {
    const failures: (readonly OpenFailure[])[] = [];
    class Forgetting extends BaseNotifier {
      resend(all: readonly OpenFailure[]): boolean {
        failures.push(all);
        return true;
      }
      override notify(): Promise<void> {
        return Promise.resolve();
      }
    }
    const failure: OpenFailure = { name: 'node1', at: 1, labels: {} };
    const notifier = new RedactingNotifier(new Forgetting(), new Redaction([]), { links });
    expect(notifier.resend([failure])).to.equal(true);
    expect(failures).to.deep.equal([[{ ...failure, links: { node: NODE } }]]);

    const firing = new FiringAlerts();
    const sent = (url: string) => failureOf({ ...failure, links: { node: url } }, {}, 100);
    const isNews = (url: string) => firing.stillFailed(sent(url), moment(0), 'now');
    expect([isNews(NODE), isNews(NODE), isNews('https://other/#/nodes/node1')]).to.deep.equal([
      true,
      false,
      true,
    ]);
    expect(firing.all(moment(0), 'later').map((each) => each.generatorURL)).to.deep.equal([
      'https://other/#/nodes/node1',
    ]);
  });
});
