import { SsrfGuard } from '../../../src/adapters/channels/http/ssrf-guard.js';
import { DnsResolver, type DnsResolverOptions } from '../../../src/adapters/channels/http/dns-resolver.js';
import { MessageLinks } from '../../../src/adapters/channels/message-links.js';
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
import { SimulatedClock } from '../../support/simulated-clock.js';

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

const { node: _, ...OF_NO_NODE } = FAILED;

export const RECOVERED: AlertMessage = {
  ...FAILED,
  id: '01HF7YAT000000GGGGGGGGGGG1',
  type: 'node.recovered',
  at: FAILED.at + 60,
  at_ms: FAILED.at_ms + 60_000,
  node: { ...FAILED.node!, state: 'active', retries: 0, last_heartbeat: FAILED.at + 60 },
  message: "Node 'node1' has recovered: its heartbeat is back.",
};

export const MASS_FAILURE: AlertMessage = {
  ...OF_NO_NODE,
  type: 'mass_failure',
  count: 25,
  sample: ['node1'],
  message: '25 nodes have failed within 10 s, of 50 watched.',
};

export const TEST: AlertMessage = {
  ...OF_NO_NODE,
  type: 'test',
  message: "This is a test of channel 'ops'.",
};

/** Names and labels of nodes, up to the longest, full of characters with a special meaning elsewhere. */
const NASTY = '<b>&amp;*_~`|[x](http://x)@everyone<!channel>{{DATE()}}"\'\\\r\n💥'.padEnd(200, '💥é');
const NASTY_LABELS = Object.fromEntries(
  Array.from({ length: 32 }, (_each, index) => [`${String(index)}-${NASTY}`, NASTY]),
);

export const NASTY_FAILURE: AlertMessage = {
  ...FAILED,
  node: { ...FAILED.node!, name: NASTY, labels: NASTY_LABELS },
  blind_seconds: 12.3,
  message: `Node '${NASTY}' has failed: ${'x'.repeat(10_000)}`,
};

/** A message about many nodes. */
export function group(size: number, name = (index: number) => `n${String(index)}`): AlertMessage {
  const nodes = Array.from({ length: size }, (_each, index) => ({
    name: name(index),
    state: index % 3 === 0 ? ('active' as const) : ('failed' as const),
    at: FAILED.at + index,
    labels: { env: 'prod' },
  }));
  const message = `Of ${String(size)} nodes, some have failed.`;
  return { ...OF_NO_NODE, nodes, alert_ids: [FAILED.id], message };
}

/** Odd alerts that a provider may get. */
export const EVERY_KIND: readonly AlertMessage[] = [
  FAILED,
  RECOVERED,
  { ...FAILED, type: 'node.reported_failure', alert_ids: [RECOVERED.id] },
  MASS_FAILURE,
  TEST,
  NASTY_FAILURE,
  group(5),
  group(1000, (index) => `${String(index)}${NASTY}`),
];

/** The longest URL that may be configured. */
export const PUBLIC_URL = `https://heartbeat.example.org/${'x'.repeat(170)}`;

/** Puts links into messages, signed by tokens as long as they can get. */
export const links = new MessageLinks(
  'ops',
  {
    publicUrl: PUBLIC_URL,
    signer: { sign: ({ action }) => `hbl1_${action}${'x'.repeat(480)}`, read: () => undefined },
  },
  new SimulatedClock(),
);

export function secret(text: string): Secret {
  return new Secret(text);
}

export interface ToolsOptions {
  readonly allow?: readonly string[];
  readonly names?: Partial<DnsResolverOptions>;
  readonly logger?: RecordingLogger;
  /** Milliseconds. */
  readonly attemptTimeout?: number;
  /** The content of `ca_file`. */
  readonly ca?: string;
}

export function tools({
  allow = [],
  names = {},
  logger = new RecordingLogger(),
  attemptTimeout = 2_000,
  ca,
}: ToolsOptions = {}): ChannelTools {
  return {
    policy: {
      name: 'ops',
      kind: 'test',
      events: ['node.failed'],
      concurrency: 2,
      attemptTimeout,
      retry: { minDelay: 5_000, maxDelay: 300_000, giveUpAfter: 86_400_000 },
    },
    logger,
    clock: new SystemClock(),
    guard: new SsrfGuard(allow),
    names: new DnsResolver({ timeout: 200, ...names }),
    ...(ca !== undefined && { ca }),
  };
}

export function attempt(signal: AbortSignal = new AbortController().signal): Attempt {
  return { signal, attempt: 1 };
}

/** The error with which the notifier refuses the alert. */
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
