import { createClient, type HeartbeatClient } from '../../client/api/index.js';
import { problemText } from '../api/request-problem.js';
import { reaching } from '../daemon/reaching.js';
import { printable } from '../output/printable.js';
import { SystemClock } from '../../adapters/clock/system-clock.js';
import { toMillis, type Millis, type Seconds } from '../../domain/time.js';

export interface TestOptions {
  readonly url: string;
  readonly key: string | undefined;
  /** How long to wait for the first attempt. */
  readonly timeout: Seconds;
  readonly json: boolean;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

interface Outcome {
  readonly channel: string;
  /** The alert, under which `GET /alerts` lists the message. */
  readonly id: string;
  readonly state: 'delivered' | 'failed' | 'pending';
  readonly error?: string;
}

const EVERY: Millis = 200;

/**
 * Has the daemon send a test message through a channel, and waits for the first attempt.
 *
 * @returns the exit code: 0 if it was delivered
 */
export async function testChannel(name: string, options: TestOptions): Promise<number> {
  const { url, key, json, stdout, stderr } = options;
  const client = createClient({ ...reaching(url), key });
  try {
    const outcome = await sent(client, name, options.timeout);
    stdout.write(json ? `${JSON.stringify(outcome)}\n` : printable(asText(outcome)));
    return outcome.state === 'delivered' ? 0 : 1;
  } catch (error) {
    stderr.write(problemText(error));
    return 1;
  } finally {
    await client.close();
  }
}

async function sent(client: HeartbeatClient, channel: string, timeout: Seconds): Promise<Outcome> {
  const clock = new SystemClock();
  const id = await client.channels.test(channel);
  const end = clock.now() + toMillis(timeout);
  for (;;) {
    const outcome = await stateOf(client, channel, id);
    if (outcome.state !== 'pending' || clock.now() >= end) return outcome;
    await new Promise<void>((resolve) => clock.after(EVERY, resolve));
  }
}

/** It is among the newest test messages of the channel. */
async function stateOf(client: HeartbeatClient, channel: string, id: string): Promise<Outcome> {
  for await (const alert of client.alerts.list({ type: 'test', channel })) {
    if (alert.id < id) break;
    if (alert.id !== id) continue;
    const { state, lastError } = alert.channels[channel] ?? {};
    if (state === 'delivered') return { channel, id, state };
    // The daemon goes on trying, but somebody waits for an answer here.
    if (typeof lastError === 'string') return { channel, id, state: 'failed', error: lastError };
  }
  return { channel, id, state: 'pending' };
}

function asText({ channel, id, state, error }: Outcome): string {
  switch (state) {
    case 'delivered':
      return `channel ${channel} has delivered the test message ${id}\n`;
    case 'failed':
      return `channel ${channel} could not deliver the test message ${id}: ${error ?? ''}\n`;
    case 'pending':
      return `channel ${channel} has not delivered the test message ${id} yet: GET /alerts shows whether it does\n`;
  }
}
