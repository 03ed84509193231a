// A channel that the program defines. If `notify` throws, the outbox tries again; a promise that never settles counts
// as failed after `attemptTimeout`. Run it with `node examples/own-channel.js`.
import { BaseNotifier, createHeartbeat, NotifyError } from '@heartbeatd/heartbeat';

class PagerNotifier extends BaseNotifier {
  #isBusy = true;

  async notify(alert, { attempt }) {
    if (this.#isBusy) {
      this.#isBusy = false;
      throw new NotifyError('the line is busy', { retryAfter: 0.1 });
    }
    console.log(`attempt ${attempt}: ${alert.type} of ${alert.node.name}: ${alert.message}`);
  }

  async close() {
    console.log('hung up');
  }
}

const heartbeat = await createHeartbeat({
  logger: { level: 'error' },
  notifiers: [
    {
      notifier: new PagerNotifier(),
      name: 'pager',
      events: ['node.reported_failure'],
      attemptTimeout: 5,
      retry: { minDelay: 0.1, maxDelay: 1 },
    },
  ],
});

await heartbeat.nodes.register('backup', { labels: { team: 'storage' } });
await heartbeat.nodes.fail('backup');

// The outbox shows the state of the delivery, before and after it.
let delivered = false;
while (!delivered) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  for await (const { type, channels } of heartbeat.alerts({ channel: 'pager', state: 'delivered' })) {
    delivered = true;
    console.log(`${type} is delivered after ${channels.pager.attempts} attempts`);
  }
}
await heartbeat.close();
