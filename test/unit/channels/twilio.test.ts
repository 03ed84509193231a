import { expect } from 'chai';
import { smsText } from '../../../src/adapters/channels/twilio/text.js';
import { twilio } from '../../../src/adapters/channels/twilio/twilio.js';
import { behave, type Behaviour } from '../../support/hook-server.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { bodyOf, keepsItsPromises, strictServer, type Demands, type Way } from './provider.js';
import { attempt, FAILED, group, NASTY_FAILURE, RECOVERED, refusal, secret, tools } from './support.js';

const ACCOUNT = `AC${'0123456789abcdef'.repeat(2)}`;
const TOKEN = 'hushhushhushhushhushhushhushhush';
const LOGIN = Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64');
const WAY: Way = { type: 'application/x-www-form-urlencoded' };
const TO = ['+4915100000001', '+4915100000002', '+4915100000003'];

/** https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource */
const demands: Demands = ({ path, headers }, body) => {
  expect(path).to.equal(`/2010-04-01/Accounts/${ACCOUNT}/Messages.json`);
  expect(headers.authorization).to.match(/^Basic /);
  expect(body['To']).to.match(/^\+[1-9]\d{6,14}$/);
  expect(body).to.have.any.keys('From', 'MessagingServiceSid');
  expect(String(body['Body']).length, 'error 21617').to.be.within(1, 1600);
};

/** Refuses some of the recipients. */
function refusing(answers: Readonly<Record<string, () => Behaviour>>): Behaviour {
  return (response, request) => {
    const answer = answers[String(bodyOf(request)['To'])];
    if (answer === undefined) response.writeHead(201).end('{"status":"queued"}');
    else answer()(response, request);
  };
}

const WRONG = behave.status(400, {}, '{"code":21211,"message":"Invalid \'To\' Phone Number","status":400}');

describe('a Twilio channel', () => {
  const make = (url: string, own: object = {}, logger = new RecordingLogger()) =>
    twilio.create(
      twilio.settings.parse({ account: ACCOUNT, from: '+4915199999999', to: TO[0], ...own }),
      { token: secret(TOKEN), url: secret(url) },
      tools({ logger }),
    );

  describe('with one recipient', () => {
    it('signs in with the account, and sends from a number or through a messaging service', async () => {
      const server = await strictServer(demands, behave.status(201), WAY);
      const url = server.url.replace('/hook', '');
      const service = {
        from: undefined,
        messaging_service: `MG${'0'.repeat(32)}`,
        api_key: `SK${'1'.repeat(32)}`,
      };
      for (const notifier of [make(url), make(url, service)]) {
        await notifier.notify(FAILED, attempt());
        await notifier.close();
      }
      const [plain, other] = server.requests;
      expect(plain?.headers.authorization).to.equal(`Basic ${LOGIN}`);
      expect(bodyOf(plain!)).to.deep.equal({ To: TO[0], Body: smsText(FAILED, 3), From: '+4915199999999' });
      const [name] = Buffer.from(other?.headers.authorization?.slice(6) ?? '', 'base64')
        .toString()
        .split(':');
      expect(name).to.equal(service.api_key);
      expect(bodyOf(other!)).to.include({ MessagingServiceSid: service.messaging_service });
      await server.stop();
    });

    it('is refused for good, and tried again, as Twilio says', async () => {
      for (const [status, permanent] of [
        [400, true],
        [401, true],
        [429, false],
        [503, false],
      ] as const) {
        const server = await strictServer(demands, behave.status(status, { 'retry-after': '7' }), WAY);
        const notifier = make(server.url.replace('/hook', ''));
        const { message, ...refused } = await refusal(notifier);
        expect(message).to.equal(`not taken for ${TO[0]}: answered ${String(status)}`);
        expect(refused).to.include({ permanent, retryAfter: permanent ? undefined : 7 });
        await notifier.close();
        await server.stop();
      }
    });
  });

  describe('as every channel over HTTP', () => {
    keepsItsPromises(make, demands, [TOKEN, LOGIN], { ...WAY, said: `not taken for ${TO[0]}: ` });
  });

  describe('with several recipients', () => {
    it('sends to each once, whatever happens to the others', async () => {
      let isBusy = true;
      const busy = (): Behaviour => behave.status(isBusy ? 429 : 201, { 'retry-after': '3' });
      const server = await strictServer(demands, refusing({ [TO[1]!]: busy }), WAY);
      const notifier = make(server.url.replace('/hook', ''), { to: TO });
      const { message, ...refused } = await refusal(notifier);
      expect(message).to.equal(`not taken for ${TO[1]}: answered 429`);
      expect(refused).to.include({ permanent: false, retryAfter: 3 });
      isBusy = false;
      await notifier.notify(FAILED, attempt());
      const to = server.requests.map((request) => bodyOf(request)['To']);
      expect(to.sort()).to.deep.equal([TO[0], TO[1], TO[1], TO[2]]);
      await notifier.close();
      await server.stop();
    });

    it('is delivered where one number is wrong, and logs it; it is a dead letter where all are', async () => {
      const logger = new RecordingLogger();
      const server = await strictServer(demands, refusing({ [TO[2]!]: () => WRONG }), WAY);
      const url = server.url.replace('/hook', '');
      const notifier = make(url, { to: TO }, logger);
      await notifier.notify(FAILED, attempt());
      expect(logger.lines.map(({ fields }) => fields['to'])).to.deep.equal([TO[2]]);
      await notifier.close();
      const wrong = make(url, { to: [TO[2]] });
      expect(await refusal(wrong)).to.have.property('permanent', true);
      await wrong.close();
      await server.stop();
    });
  });

  describe('in its messages', () => {
    it('says what has happened, when, and nothing that would make every message longer', () => {
      expect(smsText(FAILED, 3)).to.equal(
        "Node 'node1' has failed: no heartbeat for 2 min.\nWhen: 2026-11-22 03:33:45 UTC\nLast heard: 2026-11-22 03:31:45 UTC",
      );
      expect(smsText(RECOVERED, 3)).to.match(/^Node 'node1' has recovered/);
      expect(smsText(group(45), 3)).to.match(
        /\n- n0 is back\n- n1 is failed\n[^]*\n\.\.\. and \d+ more\nWhen: /,
      );
    });

    it('takes no more segments than are paid for', () => {
      /** As in the alphabet of GSM, where some characters take two septets. */
      const septets = (text: string): number => text.length + (text.match(/[\f^{}\\[\]~|€]/g)?.length ?? 0);
      const long = { ...FAILED, message: `Node 'a{b}' has failed: ${'|'.repeat(2000)}` };
      for (const [segments, gsm, ucs2] of [
        [1, 160, 70],
        [2, 306, 134],
        [10, 1530, 670],
      ] as const) {
        expect(septets(smsText(long, segments)), 'GSM').to.be.at.most(gsm);
        expect(smsText(NASTY_FAILURE, segments).length, 'UCS-2').to.be.at.most(ucs2);
        expect(septets(smsText(group(1000), segments))).to.be.at.most(gsm);
      }
    });
  });
});
