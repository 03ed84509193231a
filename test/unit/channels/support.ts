import { AddressGuard } from '../../../src/adapters/channels/http/address-guard.js';
import { Names, type NamesOptions } from '../../../src/adapters/channels/http/names.js';
import type { ChannelTools } from '../../../src/adapters/channels/kind.js';
import { Secret } from '../../../src/adapters/channels/secret.js';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import {
  NotifyError,
  type AlertMessage,
  type Attempt,
  type BaseNotifier,
} from '../../../src/ports/channel.js';
import { RecordingLogger } from '../../support/recording-logger.js';

export const FAILED: AlertMessage = {
  id: '01HF7YAT000000GGGGGGGGGGGG',
  type: 'node.failed',
  at: 1_795_318_425,
  at_ms: 1_795_318_425_000,
  node: {
    name: 'node1',
    state: 'failed',
    retries: 3,
    last_heartbeat: 1_795_318_305,
    labels: { env: 'prod' },
  },
  blind_seconds: 0,
  message: "Node 'node1' has failed: no heartbeat for 2 min.",
};

export function secret(text: string): Secret {
  return new Secret(text);
}

export interface ToolsOptions {
  readonly allow?: readonly string[];
  readonly names?: Partial<NamesOptions>;
  readonly logger?: RecordingLogger;
}

export function tools({
  allow = [],
  names = {},
  logger = new RecordingLogger(),
}: ToolsOptions = {}): ChannelTools {
  return {
    policy: {
      name: 'ops',
      kind: 'test',
      events: ['node.failed'],
      concurrency: 2,
      attemptTimeout: 2_000,
      retry: { minDelay: 5_000, maxDelay: 300_000, giveUpAfter: 86_400_000 },
    },
    logger,
    clock: new SystemClock(),
    guard: new AddressGuard(allow),
    names: new Names({ timeout: 200, ...names }),
  };
}

export function attempt(signal: AbortSignal = new AbortController().signal): Attempt {
  return { signal, attempt: 1 };
}

/** Why the notifier refuses the alert. */
export async function refusal(
  notifier: BaseNotifier,
  alert: AlertMessage = FAILED,
  signal?: AbortSignal,
): Promise<NotifyError> {
  const outcome = await notifier.notify(alert, attempt(signal)).then(
    () => 'it was delivered',
    (error: unknown) => error,
  );
  if (outcome instanceof NotifyError) return outcome;
  throw new TypeError(`no refusal: ${String(outcome)}`);
}
