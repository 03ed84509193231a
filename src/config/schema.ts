import type { z } from 'zod';
import { bytes, flag, fraction, hosts, oneOf, origins, orOff, rate, seconds, text, whole } from './kinds.js';
import { group, option, optionComputed, optionsOf } from './option.js';

const DAY = 86_400;
const YEAR = 365 * DAY;
const KiB = 1024;
const MiB = 1024 * KiB;
const MILLION = 1_000_000;
const BILLION = 1_000_000_000;

// Node's timers hold at most 24.8 days, and fire at once beyond that. So an option that becomes a timer ends at a day.
const timer = seconds(0.001, DAY);

/** All options: defaults, checks, descriptions and, through the keys, every name. */
export const schema = group({
  port: option(whole(0, 65_535), 3519, 'TCP port to listen on. 0 picks a free one.'),
  host: option(
    text(/^\S+$/, 'a host name or an IP address'),
    '127.0.0.1',
    'Address to listen on. `0.0.0.0` or `::` for every interface.',
  ),
  insecure: option(
    flag,
    false,
    'Whether an address other than loopback may be served while no key is configured, to whoever reaches it.',
  ),
  tls: group({
    certificate: option(
      orOff(text(/\S/, 'the path of a file')),
      null,
      'The certificate to serve HTTPS with, in PEM, and those above it. Read again on SIGHUP.',
    ),
    key: option(orOff(text(/\S/, 'the path of a file')), null, 'Its private key, in PEM.'),
  }),
  allowed_hosts: option(
    orOff(hosts),
    null,
    'Names that the daemon answers to while no key is configured, beside those of loopback and `host`; `*` for any. Whoever asks by another one gets 421.',
  ),
  cors: group({
    origins: option(orOff(origins), null, 'Web pages of other origins that may call the API from a browser.'),
  }),
  data_dir: option(
    text(/\S/, 'the path of a directory'),
    './data',
    'Directory of the database, relative to the working directory. One daemon at a time may own it.',
  ),
  session_timeout: option(
    seconds(0.1, YEAR),
    7,
    'How long a user stays online after a heal. Clients should heal well within it.',
  ),
  nodes: group({
    timeout: option(
      seconds(0.001, YEAR),
      30,
      'How long a node may be silent before it misses a heartbeat, unless it has a timeout of its own.',
    ),
    max_retries: option(
      whole(0, MILLION),
      3,
      'Missed heartbeats in a row that a node is forgiven: the one after them fails it.',
    ),
    auto_register: option(
      flag,
      true,
      'Whether the first heartbeat of an unknown name registers it. Otherwise it gets 404.',
    ),
    max: option(whole(1, BILLION), MILLION, 'Nodes that may be registered.'),
  }),
  shards: option(
    whole(1, 1024),
    16,
    'Parts that users and nodes are divided into, each with its own supervisor.',
  ),
  blind_after: option(
    seconds(0.1, DAY),
    1,
    'Standing still this long counts as blindness: the daemon could not have heard a heartbeat.',
  ),
  blind_grace: option(
    seconds(0, YEAR),
    120,
    'After blindness everyone has at least their timeout again, but no more than this.',
  ),
  shutdown_timeout: option(timer, 10, 'How long an orderly stop may take before it is forced.'),
  keep_alive_timeout: option(
    timer,
    75,
    'How long an idle connection stays open. Longer than the pause between heals, or each heal connects anew.',
  ),
  log: group({
    level: option(
      oneOf('error', 'warn', 'info', 'debug'),
      'info',
      'The least important events that are logged.',
    ),
    format: optionComputed(
      oneOf('json', 'pretty'),
      {
        text: '`pretty` when standard error is a terminal, otherwise `json`',
        value: (isTerminal) =>
          isTerminal
            ? { value: 'pretty', because: 'standard error is a terminal' }
            : { value: 'json', because: 'standard error is not a terminal' },
      },
      'One JSON object a line for machines, or lines for people.',
    ),
    metrics_every: option(
      orOff(seconds(0, DAY)),
      60,
      'How often a line of performance metrics is logged, if anything has happened. 0 or `off`: never.',
    ),
  }),
  history: group({
    retention: option(
      orOff(seconds(1, 100 * YEAR)),
      null,
      'Sessions that ended longer ago than this are deleted, and so are flips of nodes and blind intervals. `off` keeps all, but for blind intervals no more than the newest 100,000.',
    ),
    slow_commit: option(
      seconds(0, DAY),
      1,
      'A commit to disk that takes this long or longer is logged as slow.',
    ),
  }),
  alerts: group({
    retention: option(
      orOff(seconds(1, 100 * YEAR)),
      90 * DAY,
      'Alerts older than this are deleted, but none that is still to be delivered. `off` keeps all.',
    ),
    remind_every: option(
      orOff(seconds(1, 100 * YEAR)),
      null,
      'How often channels are told again of a node that stays failed, until somebody acknowledges it.',
    ),
    mass_failure: group({
      share: option(
        fraction,
        0.3,
        'So large a part of the unpaused nodes failing within the window is a mass failure: alerts are held.',
      ),
      at_least: option(whole(2, BILLION), 20, 'Fewer failed nodes than this are never a mass failure.'),
      window: option(seconds(0.1, DAY), 10, 'Within how long they fail.'),
      hold: option(
        seconds(0.1, DAY),
        60,
        'How long alerts are held. For as long again after that they are not, whatever fails.',
      ),
    }),
    flapping: group({
      max_per_hour: option(
        whole(1, 3600),
        12,
        'Messages an hour for one node and channel. What is over is summed up.',
      ),
    }),
  }),
  ping: group({
    url: option(
      orOff(text(/^https?:\/\/[^\s/]\S*$/i, 'an http or https URL')),
      null,
      'Asked with GET again and again while the daemon is ready, for somebody else to notice when it is not.',
      { secret: true },
    ),
    every: option(timer, 60, 'How long from one ping to the next.'),
  }),
  outbound: group({
    proxy: option(
      orOff(oneOf('environment')),
      null,
      'Whether outgoing HTTP calls go through the proxies that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name.',
    ),
  }),
  limits: group({
    body: option(bytes(1, 1024 * MiB), MiB, 'Largest body of a request.'),
    headers: option(bytes(256, MiB), 16 * KiB, 'Largest head of a request.'),
    connections: option(whole(1, BILLION), 65_536, 'Connections open at once.'),
    in_flight: option(whole(1, BILLION), 10_000, 'Requests being answered at once.'),
    requests_per_pass: option(
      whole(1, BILLION),
      100,
      'Requests that one connection may have handled in one pass of the event loop. What it has sent beyond that waits its turn, and so does what comes after another request about the same user or node.',
    ),
    pass: option(
      timer,
      0.05,
      'How long one pass of the event loop should take in requests. Where passes go on taking longer, few users may come online; what one finds past twenty times it is refused, and past twice it where that goes on.',
    ),
    request_timeout: option(timer, 30, 'How long a request may wait for its answer.'),
    headers_timeout: option(
      timer,
      10,
      'How long a client may take to send the head of a request. Less than `limits.request_timeout`.',
    ),
    mailbox: option(whole(1, BILLION), 1000, 'Messages waiting at one actor.'),
    history_queue: option(
      whole(1, BILLION),
      200_000,
      'Records waiting for the disk before new sessions are refused.',
    ),
    users: option(whole(1, BILLION), 5_000_000, 'Users online at once.'),
    memory: option(
      fraction,
      0.75,
      'Share of the heap, and of the container’s memory, past which nobody new comes online and no node is registered.',
    ),
    alerts: option(whole(1, BILLION), 100_000, 'Alerts that memory holds while the disk refuses writes.'),
    rate_per_key: option(
      orOff(rate(0.01, MILLION)),
      null,
      'Requests of one key, or of one user with a token; a batch is one. As many may come at once.',
    ),
    rate_per_address: option(
      orOff(rate(0.01, MILLION)),
      null,
      'Requests from one address (a /64 of IPv6). Behind a proxy that is everybody.',
    ),
    batch: option(whole(1, BILLION), 10_000, 'Ids in the body of one batch.'),
    page: option(whole(1, BILLION), 10_000, 'Largest `limit` of a page of heart_rhythm.'),
  }),
});

/** The configuration in force. */
export type Config = z.output<typeof schema>;

/** Every option with all its names, in the schema's order. */
export const options = optionsOf(schema);

/** The value of one option by its dotted key. */
export function valueIn(config: Config, key: string): unknown {
  let value: unknown = config;
  for (const name of key.split('.')) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  }
  return value;
}

/** Pairs of options whose first must be less than the second. */
export const ascending: readonly (readonly [string, string])[] = [
  ['limits.headers_timeout', 'limits.request_timeout'],
];
