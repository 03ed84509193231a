import { group, option } from './option.js';
import { BILLION, KiB, MILLION, MiB, bytes, fraction, orOff, rate, timer, whole } from './value-kinds.js';

/** The options under `limits`: the most that the daemon accepts and keeps. */
export const limits = group({
  body: option(bytes(1, 1024 * MiB), MiB, 'Maximum size of a request body.'),
  headers: option(bytes(256, MiB), 16 * KiB, 'Maximum size of a request head.'),
  connections: option(whole(1, BILLION), 65_536, 'Maximum open connections.'),
  in_flight: option(whole(1, BILLION), 10_000, 'Maximum requests being answered at once.'),
  unsent_answers: option(
    bytes(1, 1024 * MiB),
    64 * MiB,
    'Maximum bytes of large answers that wait for their clients, and never more than a sixteenth of the heap. Beyond that, further large answers are refused, and clients that read nothing for five seconds are cut off.',
  ),
  requests_per_pass: option(
    whole(1, BILLION),
    100,
    'Maximum requests of one connection handled in one pass of the event loop. Further requests wait for the next pass, as does a request that follows another one about the same user or node.',
  ),
  pass: option(
    timer,
    0.05,
    'How long one pass of the event loop should spend on requests. While passes take longer, few new users are admitted. Requests beyond twenty times this are refused, and beyond twice this if it continues.',
  ),
  request_timeout: option(timer, 30, 'How long a request may wait for its response.'),
  headers_timeout: option(
    timer,
    10,
    'How long a client may take to send the head of a request. Must be less than `limits.request_timeout`.',
  ),
  mailbox: option(whole(1, BILLION), 1000, 'Maximum messages waiting at one actor.'),
  history_queue: option(
    whole(1, BILLION),
    200_000,
    'Maximum records waiting for the disk. Beyond that, new sessions are refused.',
  ),
  users: option(whole(1, BILLION), 5_000_000, 'Maximum users online at once.'),
  devices: option(
    whole(1, 1000),
    16,
    'Maximum devices of one user. Beyond that, the device with the nearest deadline gives way.',
  ),
  memory: option(
    fraction,
    0.75,
    'Share of the heap, and of the container’s memory, above which new users and new nodes are refused.',
  ),
  alerts: option(
    whole(1, BILLION),
    100_000,
    'Maximum alerts kept in memory while the disk refuses writes. Reminders may be as many again.',
  ),
  silences: option(
    whole(1, 100_000),
    1000,
    'Maximum silences that are not over. Each of them is compared once with each node that flips or is shown. One key may have half of those that other keys leave.',
  ),
  sign_ins: option(
    whole(1, 100_000),
    1000,
    'Maximum sign-ins of browsers. Beyond that, the oldest of the key that has most of them ends.',
  ),
  rate_per_key: option(
    orOff(rate(0.01, MILLION)),
    null,
    'Maximum requests per second of one key, or of one user with a token; also the allowed burst. A batch counts as one.',
  ),
  rate_per_address: option(
    orOff(rate(0.01, MILLION)),
    null,
    'Maximum requests per second from one address (a /64 with IPv6). Behind a proxy all clients share one address.',
  ),
  sockets: option(
    whole(0, BILLION),
    50_000,
    'Maximum open sockets; 0 for none. They also count as connections.',
  ),
  socket_frame: option(
    bytes(1, 16 * MiB),
    64 * KiB,
    'Maximum size of a message that a client sends on a socket. A larger one closes it.',
  ),
  rate_per_socket: option(
    rate(1, MILLION),
    100,
    'Maximum frames per second on one socket; also the allowed burst. Answers to pings do not count. Further frames get an error, and twice as many close the socket.',
  ),
  socket_watched: option(whole(0, MILLION), 1000, 'Maximum users that one socket watches.'),
  socket_idle: option(
    timer,
    60,
    'How long nothing may be heard on a socket, neither a frame nor the answer to a ping, before it is closed. At least two pings long.',
  ),
  socket_unsent: option(
    bytes(1024, 1024 * MiB),
    MiB,
    'Maximum bytes that wait to be sent on one socket. A client that reads more slowly is disconnected.',
  ),
  batch: option(
    whole(1, BILLION),
    10_000,
    'Maximum ids in one batch, and devices that one socket keeps online.',
  ),
  page: option(whole(1, BILLION), 10_000, 'Maximum `limit` of a page.'),
});
