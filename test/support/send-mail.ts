import { email } from '../../src/adapters/channels/email/email.js';
import { FAILED, secret, tools } from '../unit/channels/support.js';

// A process of its own, since Node reads the trusted certificates at its start.
const [url = ''] = process.argv.slice(2);
const notifier = email.create(
  { from: 'heartbeat@example.org', to: ['ops@example.org'], starttls: undefined },
  { url: secret(url) },
  tools(),
);
await notifier.notify(FAILED, { signal: AbortSignal.timeout(20_000), attempt: 1 });
await notifier.close();
