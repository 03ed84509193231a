import { expect } from 'chai';
import { telegram } from '../../../src/adapters/channels/telegram/telegram.js';
import { telegramText } from '../../../src/adapters/channels/telegram/text.js';
import { behave } from '../../support/hook-server.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { bodyOf, keepsItsPromises, strictServer, type Demands } from './provider.js';
import { attempt, FAILED, NASTY_FAILURE, RECOVERED, refusal, secret, tools } from './support.js';

const TOKEN = '123456:hush-hush-hush-hush-hush-hush-hush-1';

/** https://core.telegram.org/bots/api#sendmessage, and its HTML style */
const demands: Demands = ({ path }, body) => {
  expect(path).to.equal(`/bot${TOKEN}/sendMessage`);
  expect(body['parse_mode']).to.equal('HTML');
  expect(body['chat_id']).to.satisfy((chat: unknown) => typeof chat === 'number' || typeof chat === 'string');
  const text = String(body['text']);
  const plain = text.replaceAll(/<\/?b>/g, '');
  expect(plain, 'only tags that it knows').to.not.match(/[<>]/);
  expect(plain, 'only entities that it knows').to.not.match(/&(?!(?:lt|gt|amp|quot);)/);
  expect((text.match(/<b>/g) ?? []).length, 'tags that are closed').to.equal(
    (text.match(/<\/b>/g) ?? []).length,
  );
  const read = plain.replaceAll(/&\w+;/g, '&');
  expect(read).to.have.length.within(1, 4096);
};

describe('a Telegram channel', () => {
  const make = (url: string, own: object = {}, logger = new RecordingLogger()) =>
    telegram.create(
      { chat_id: -1001234, ...own },
      { token: secret(TOKEN), url: secret(url) },
      tools({ logger }),
    );

  keepsItsPromises(make, demands, [TOKEN]);

  it('waits for as long as the body of a 429 says', async () => {
    const server = await strictServer(
      demands,
      behave.status(
        429,
        {},
        JSON.stringify({
          ok: false,
          error_code: 429,
          description: 'Too Many Requests: retry after 17',
          parameters: { retry_after: 17 },
        }),
      ),
    );
    const notifier = make(server.url.replace('/hook', ''));
    expect(await refusal(notifier)).to.include({ permanent: false, retryAfter: 17 });
    await notifier.close();
    await server.stop();
  });

  it('follows a group that was given a new number, and says so', async () => {
    const logger = new RecordingLogger();
    const server = await strictServer(demands, (response, request) => {
      if (bodyOf(request)['chat_id'] === -2002) response.writeHead(200).end('{"ok":true}');
      else {
        const said = { ok: false, error_code: 400, parameters: { migrate_to_chat_id: -2002 } };
        response.writeHead(400).end(JSON.stringify(said));
      }
    });
    const notifier = make(server.url.replace('/hook', ''), {}, logger);
    expect(await refusal(notifier)).to.have.property('permanent', false);
    await notifier.notify(FAILED, attempt());
    expect(logger.lines).to.have.length(1);
    expect(logger.lines[0]?.fields).to.include({ chat_id: -1001234, new_chat_id: -2002 });
    await notifier.close();
    await server.stop();
  });

  it('goes to a topic of the chat, and rings for no good news', async () => {
    const server = await strictServer(demands);
    const notifier = make(server.url.replace('/hook', ''), { thread_id: 7 });
    for (const alert of [FAILED, RECOVERED]) await notifier.notify(alert, attempt());
    const [bad, good] = server.requests.map(bodyOf);
    expect(bad).to.include({ chat_id: -1001234, message_thread_id: 7, disable_notification: false });
    expect(good).to.include({ disable_notification: true });
    await notifier.close();
    await server.stop();
  });

  it('says the sentence first, and then what helps to find the node', () => {
    expect(telegramText(FAILED).split('\n')).to.deep.equal([
      "<b>🔴 Node 'node1' has failed: no heartbeat for 2 min.</b>",
      '',
      'When: 2026-11-22 03:33:45 UTC',
      'Last heard: 2026-11-22 03:31:45 UTC',
      'env: prod',
    ]);
    expect(telegramText(NASTY_FAILURE)).to.include('&lt;b&gt;&amp;amp;*_');
  });
});
