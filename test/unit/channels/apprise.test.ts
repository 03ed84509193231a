import { expect } from 'chai';
import { apprise, appriseMessage } from '../../../src/adapters/channels/apprise/apprise.js';
import { behave } from '../../support/hook-server.js';
import { bodyOf, keepsItsPromises, strictServer, type Demands } from './provider.js';
import { attempt, FAILED, group, RECOVERED, refusal, secret, tools } from './support.js';

const KEY = 'hush-hush-hush-hush-hush';
const ACCEPTED = behave.status(200, {}, '{"error":null,"details":[]}');

/** The server's `swagger.yaml` (`Persistent_SendNotification`), and its limits of a key and of a tag */
const demands: Demands = ({ path, headers }, body) => {
  expect(path).to.equal(`/apprise/notify/${KEY}`);
  expect(headers.accept).to.equal('application/json');
  expect(body['body'], 'required').to.be.a('string').and.not.equal('');
  expect(body['type']).to.be.oneOf(['info', 'success', 'warning', 'failure']);
  expect(body['format']).to.equal('text');
  expect(String(body['title']).length).to.be.within(1, 250);
  expect(String(body['body']).length, 'what Discord takes').to.be.at.most(2000);
};

describe('an Apprise channel', () => {
  const make = (url: string, own: object = {}) =>
    apprise.create(apprise.settings.parse(own), { url: secret(`${url}/apprise`), key: secret(KEY) }, tools());

  keepsItsPromises(make, demands, [KEY], { answer: ACCEPTED });

  it('says by its type whether the news is good', async () => {
    const server = await strictServer(demands, ACCEPTED);
    const notifier = make(server.url.replace('/hook', ''), { tag: 'ops, boss' });
    for (const alert of [FAILED, RECOVERED]) await notifier.notify(alert, attempt());
    const [bad, good] = server.requests.map(bodyOf);
    expect(bad).to.deep.equal({
      title: 'node1',
      body: "🔴 Node 'node1' has failed: no heartbeat for 2 min.\nWhen: 2026-11-22 03:33:45 UTC\nLast heard: 2026-11-22 03:31:45 UTC\nenv: prod",
      type: 'failure',
      format: 'text',
      tag: 'ops, boss',
    });
    expect(good).to.include({ type: 'success' });
    expect(appriseMessage(group(45)).body).to.match(
      /\n• n0 is back\n• n1 is failed\n[^]*\n… and \d+ more\nWhen: /,
    );
    await notifier.close();
    await server.stop();
  });

  it('is a dead letter where the server has no service to hand it to, though it answers 204', async () => {
    const server = await strictServer(demands, behave.status(204));
    const notifier = make(server.url.replace('/hook', ''));
    expect(await refusal(notifier)).to.include({
      message: 'answered 204: the server has no services under this key and tag',
      permanent: true,
    });
    await notifier.close();
    await server.stop();
  });

  it('is tried again a few times where a service failed, since the others get it each time', async () => {
    const failed = behave.status(424, {}, '{"error":"One or more notification could not be sent"}');
    const server = await strictServer(demands, failed);
    const notifier = make(server.url.replace('/hook', ''));
    const permanent: boolean[] = [];
    for (let number = 1; number <= 8; number++) {
      const outcome: unknown = await notifier
        .notify(FAILED, { ...attempt(), attempt: number })
        .catch((error: unknown) => error);
      permanent.push((outcome as { permanent: boolean }).permanent);
    }
    expect(permanent).to.deep.equal([false, false, false, false, false, false, false, true]);
    await notifier.close();
    await server.stop();
  });
});
