import type * as z from 'zod';
import { PUBLIC } from '../adapters/channels/http/ssrf-guard.js';
import { limits } from './limits.js';
import { DEFAULT_HOST, DEFAULT_PORT } from './listening-defaults.js';
import {
  BILLION,
  DAY,
  MILLION,
  bytes,
  fileMode,
  flag,
  fraction,
  hosts,
  networks,
  oneOf,
  origins,
  orOff,
  publicUrl,
  ranges,
  servers,
  seconds,
  text,
  timer,
  whole,
} from './value-kinds.js';
import { group, option, optionComputed, optionsOf } from './option.js';
import { LEVELDB, shownStore } from './store.js';

const YEAR = 365 * DAY;

/** What the keys of a cluster begin with, unless the configuration says something else. */
export const CLUSTER_PREFIX = '/heartbeat';

/** All options: defaults, checks, descriptions and, through the keys, every name. */
export const schema = group({
  port: option(whole(0, 65_535), DEFAULT_PORT, 'TCP port to listen on. 0 picks a free one.'),
  host: option(
    text(/^(?!unix:(?!\/\S))\S+$/, 'a host name, an IP address, or unix: and an absolute path'),
    DEFAULT_HOST,
    'Address to listen on. `0.0.0.0` or `::` for every interface; `unix:/run/heartbeat/heartbeat.sock` for a Unix socket, which needs no port.',
  ),
  unix_socket_mode: option(
    fileMode,
    '600',
    'Access mode of the Unix socket, in octal digits. Whoever may write to it reaches the daemon.',
  ),
  insecure: option(
    flag,
    false,
    'Whether the daemon may listen on a non-loopback address without authentication.',
  ),
  tls: group({
    certificate: option(
      orOff(text(/\S/, 'the path of a file')),
      null,
      'File with the certificate for HTTPS and its intermediate certificates, in PEM. Read again on SIGHUP.',
    ),
    key: option(
      orOff(text(/\S/, 'the path of a file')),
      null,
      'File with the private key of the certificate, in PEM.',
    ),
  }),
  allowed_hosts: option(
    orOff(hosts),
    null,
    'Values of `Host` that are accepted while no key is configured, besides loopback names and `host`; `*` for any. Other requests get 421.',
  ),
  public_url: option(
    orOff(publicUrl),
    null,
    'URL at which people reach the daemon in a browser. Messages then have a link to the node. While no key is configured, its host is accepted in `Host`.',
  ),
  trusted_proxies: option(
    orOff(ranges),
    null,
    'Networks of the proxies in front of the daemon. `X-Forwarded-For` of their requests says whose a request is, for `limits.rate_per_address` and the audit log.',
  ),
  sign_in: group({
    lifetime: option(
      seconds(60, YEAR),
      7 * DAY,
      'How long a browser stays [signed in](sign-in.md). Applies to sign-ins from then on.',
    ),
  }),
  cors: group({
    origins: option(orOff(origins), null, 'Origins of web pages that may call the API from a browser.'),
  }),
  docs: group({
    public: option(
      flag,
      false,
      'Whether `/docs` and `/openapi.json`, the description of the API, need no key. They say nothing about users, nodes or keys.',
    ),
  }),
  data_dir: option(
    text(/\S/, 'the path of a directory'),
    './data',
    'Directory of the database, relative to the working directory. Only one daemon at a time can own it.',
  ),
  store: option(
    text(/^(?:leveldb|postgres(?:ql)?:\/\/.*)$/s, 'leveldb or the postgres:// URL of a database'),
    LEVELDB,
    '`leveldb`: history is in `data_dir`. A URL such as `postgres://heartbeat@db.example.org/heartbeat`: history is in that [PostgreSQL database](postgres.md), and `data_dir` only has a lock.',
    { secret: true, shown: shownStore },
  ),
  store_ca_file: option(
    orOff(text(/\S/, 'the path of a file')),
    null,
    'File with the certificates of the authorities that may sign the database’s certificate, in PEM. `off`: those that Node knows.',
  ),
  store_password_env: option(
    orOff(text(/\S/, 'the name of a variable')),
    null,
    'Environment variable with the password of the database.',
  ),
  store_password_file: option(
    orOff(text(/\S/, 'the path of a file')),
    null,
    'File with the password of the database.',
  ),
  cluster: group({
    name: option(
      orOff(text(/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/i, 'a name of letters, digits, dots and hyphens')),
      null,
      'Name of this daemon in its [cluster](cluster.md), which no other one has. `off`: it stands alone.',
    ),
    advertise: option(
      orOff(publicUrl),
      null,
      'URL at which the other daemons of the cluster, and people, reach this one. `GET /cluster` shows it.',
    ),
    etcd: group({
      endpoints: option(
        orOff(servers),
        null,
        'URLs of the members of the etcd that says which daemon owns what.',
      ),
      prefix: option(
        text(
          /^[^\s]{0,199}[^\s/]$/,
          'a text of at most 200 characters without spaces that does not end with /',
        ),
        CLUSTER_PREFIX,
        'What all keys of the cluster in etcd begin with.',
      ),
      ca_file: option(
        orOff(text(/\S/, 'the path of a file')),
        null,
        'File with the certificates of the authorities that may sign those of etcd, in PEM. `off`: those that Node knows.',
      ),
      certificate: option(
        orOff(text(/\S/, 'the path of a file')),
        null,
        'File with the certificate that this daemon shows to etcd, in PEM.',
      ),
      key: option(
        orOff(text(/\S/, 'the path of a file')),
        null,
        'File with the private key of that certificate, in PEM.',
      ),
    }),
  }),
  session_timeout: option(
    seconds(0.1, YEAR),
    7,
    'How long a user stays online after a heal. Clients should send heals well within it.',
  ),
  user_ids: option(
    oneOf('integer', 'text'),
    'integer',
    'What ids of users are: signed 64-bit integers, or any text of 1 to 255 bytes, such as a UUID. A history of integers opens with `text`, but not the other way round.',
  ),
  nodes: group({
    timeout: option(
      seconds(0.001, YEAR),
      30,
      'Default timeout of a node: how long it may be silent before it misses a heartbeat.',
    ),
    max_retries: option(
      whole(0, MILLION),
      3,
      'Missed heartbeats in a row before a node fails. The next miss after them fails it.',
    ),
    auto_register: option(
      flag,
      true,
      'Whether the first heartbeat of an unknown node registers it. Otherwise it gets 404.',
    ),
    max: option(whole(1, BILLION), MILLION, 'Maximum number of registered nodes.'),
    declared: option(
      orOff(text(/\S/, 'the path of a file')),
      null,
      'File of nodes and their settings, as `heartbeat emit` reads it. It is applied at the start and on SIGHUP.',
    ),
    prune: option(
      flag,
      true,
      'Whether a node that left the file of declared nodes is deleted. Only a node that the file registered is.',
    ),
  }),
  shards: option(
    whole(1, 1024),
    16,
    'Number of shards of users (in each partition) and of nodes, each with its own supervisor.',
  ),
  partitions: option(
    whole(1, 64),
    1,
    'Number of partitions of users, each with its own history: what the daemons of a [cluster](cluster.md) share. One that stands alone needs more than 1 for tests alone. Nodes have one more. A store keeps the number that it was made with.',
  ),
  blind_after: option(
    seconds(0.1, DAY),
    1,
    'A standstill of this length or longer counts as blindness: the daemon could not receive heartbeats.',
  ),
  blind_grace: option(
    seconds(0, YEAR),
    120,
    'After blindness every deadline is at least one timeout away, or this long if that is shorter.',
  ),
  shutdown_timeout: option(timer, 10, 'How long an orderly stop may take before the daemon exits anyway.'),
  keep_alive_timeout: option(
    timer,
    75,
    'How long an idle connection stays open. Make it longer than the pause between heals, or each heal needs a new connection.',
  ),
  log: group({
    level: option(oneOf('error', 'warn', 'info', 'debug'), 'info', 'Least severe level that is logged.'),
    format: optionComputed(
      oneOf('json', 'pretty'),
      {
        text: '`pretty` when standard error is a terminal, otherwise `json`',
        value: (isTerminal) =>
          isTerminal
            ? { value: 'pretty', because: 'standard error is a terminal' }
            : { value: 'json', because: 'standard error is not a terminal' },
      },
      '`json`: one JSON object per line. `pretty`: lines for people.',
    ),
    metrics_every: option(
      orOff(seconds(0, DAY)),
      60,
      'Interval of the log line with performance metrics, if anything has happened. 0 or `off`: never.',
    ),
  }),
  history: group({
    retention: option(
      orOff(seconds(1, 100 * YEAR)),
      null,
      'Age at which ended sessions are deleted. `off` keeps everything.',
    ),
    slow_commit: option(
      seconds(0, DAY),
      1,
      'Commits to disk that take this long or longer are logged as slow.',
    ),
  }),
  flips: group({
    retention: option(
      orOff(seconds(2 * DAY, 100 * YEAR)),
      400 * DAY,
      'Age at which flips, pauses and acknowledgements of nodes, blind intervals and past silences are deleted, whole UTC days at a time. Uptime by day is stored before, and kept. `off` keeps everything, except that at most the newest 100,000 blind intervals are kept.',
    ),
  }),
  alerts: group({
    retention: option(
      orOff(seconds(1, 100 * YEAR)),
      90 * DAY,
      'Age at which alerts are deleted, except undelivered ones. `off` keeps everything.',
    ),
    remind_every: option(
      orOff(seconds(1, 100 * YEAR)),
      null,
      'Interval of reminders about a node that stays failed, until somebody acknowledges the failure.',
    ),
    mass_failure: group({
      share: option(
        fraction,
        0.3,
        'Share of the unpaused nodes that must fail within the window for a mass failure, which holds alerts.',
      ),
      at_least: option(
        whole(2, BILLION),
        20,
        'Number of nodes that must fail within the window for a mass failure.',
      ),
      window: option(seconds(0.1, DAY), 10, 'Time window of a mass failure.'),
      hold: option(
        seconds(0.1, DAY),
        60,
        'How long a mass failure holds alerts. For the same time afterwards no alert is held, whatever fails.',
      ),
    }),
    flapping: group({
      max_per_hour: option(
        whole(1, 3600),
        12,
        'Maximum messages per hour for one node and channel. A summary replaces the rest.',
      ),
    }),
  }),
  events: group({
    past: option(
      whole(1, 10 * MILLION),
      100_000,
      'Number of events that are remembered, so that a reader who was away can continue. A reader that falls further behind is dropped.',
    ),
    readers: option(whole(1, MILLION), 5000, 'Maximum readers of events, watching sockets included.'),
    watched: option(
      whole(1, 100 * MILLION),
      MILLION,
      'Maximum users watched by name by all readers together. One whom two readers watch counts twice.',
    ),
  }),
  ping: group({
    url: option(
      orOff(text(/^https?:\/\/[^\s/]\S*$/i, 'an http or https URL')),
      null,
      'URL that the daemon pings with GET while it is ready and can store, so that another service notices when it is not.',
      { secret: true },
    ),
    every: option(timer, 60, 'Interval between two pings.'),
  }),
  pings: group({
    body: option(
      bytes(0, 100_000),
      10_000,
      'How much is kept of the body of a ping, from its beginning. The header `Ping-Body-Limit` says it.',
    ),
    max_bytes: option(
      bytes(0, BILLION * 1000),
      BILLION,
      'How much the pings of all nodes may take on disk. Beyond that, the oldest are deleted.',
    ),
  }),
  probes: group({
    allow: option(
      networks,
      [PUBLIC],
      'Networks to which probes of nodes may connect: `public` for public addresses, and networks such as `10.0.0.0/8`. Others are refused, and the probe fails.',
    ),
    concurrency: option(whole(1, 10_000), 64, 'Maximum probes of nodes that run at once. Others wait.'),
    ca_file: option(
      orOff(text(/\S/, 'the path of a file')),
      null,
      'File with the certificates of authorities that probes trust besides the public ones, in PEM. Read again on SIGHUP.',
    ),
  }),
  outbound: group({
    proxy: option(
      orOff(oneOf('environment')),
      null,
      '`environment`: send outgoing HTTP calls through the proxies in `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.',
    ),
  }),
  limits,
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
