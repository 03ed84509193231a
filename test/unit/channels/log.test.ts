import { expect } from 'chai';
import { log } from '../../../src/adapters/channels/log/log.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { attempt, FAILED, tools } from './support.js';

describe('the log as a channel', () => {
  it('has a line for each alert, with all that is known of it', async () => {
    const logger = new RecordingLogger();
    const notifier = log.create({}, {}, tools({ logger }));
    await notifier.notify(FAILED, attempt());
    await notifier.notify({ ...FAILED, type: 'node.recovered' }, attempt());
    const { message: sentence, ...fields } = FAILED;
    expect(logger.lines).to.deep.equal([
      { level: 'warn', event: 'alert', fields: { sentence, ...fields } },
      { level: 'info', event: 'alert', fields: { sentence, ...fields, type: 'node.recovered' } },
    ]);
  });
});
