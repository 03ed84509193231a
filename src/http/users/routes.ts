import type { LiveSession } from '../../../actors/user/user.protocol.js';
import type { EndedSession } from '../../domain/session.js';
import { unixSeconds } from '../../domain/time.js';
import type { UserId } from '../../domain/user-id.js';
import type { Daemon } from '../../app/api.js';
import type { Exchange } from '../server/exchange.js';
import { preconditionOf } from '../input/preconditions.js';
import { jsonHead } from '../json.js';
import { answerOther } from './presence.js';
import type { Resources } from '../resource.js';

/** What is known of a user, and its erasure. */
export function addUsers(resources: Resources, daemon: Daemon): void {
  resources.addForUsers('/users', {
    get: { handle: (exchange, user) => describe(daemon, exchange, user) },
    delete: { handle: (exchange, user) => erase(daemon, exchange, user) },
  });
}

function describe(daemon: Daemon, exchange: Exchange, user: UserId): void {
  daemon.users.ask('describe', user, (reply) => {
    if (reply.kind !== 'described') answerOther(exchange, 'describe', reply);
    else if (reply.session !== undefined) answer(exchange, user, online(reply.session));
    else if (reply.ended !== undefined) answer(exchange, user, offline(reply.ended));
    else {
      daemon.users.lastSession(user).then(
        (session) => answer(exchange, user, offline(session)),
        (error: unknown) => exchange.fail(error),
      );
    }
  });
}

function online({ onlineAt, lastSeen, deadline }: LiveSession): object {
  return {
    status: 'online',
    since: unixSeconds(onlineAt),
    last_seen: unixSeconds(lastSeen),
    deadline: unixSeconds(deadline),
  };
}

function offline(session: EndedSession | undefined): object {
  return {
    status: 'offline',
    since: session === undefined ? null : unixSeconds(session.offlineAt),
    last_seen: session === undefined ? null : unixSeconds(session.lastSeen),
    deadline: null,
  };
}

/** The id goes before the rest as digits: a 64-bit id does not fit a number. */
function answer(exchange: Exchange, user: UserId, description: object): void {
  const body = `{"id":${user},${JSON.stringify(description).slice(1)}`;
  exchange.answer(200, jsonHead(body.length), body);
}

function erase(daemon: Daemon, exchange: Exchange, user: UserId): void {
  // Of whatever user there is something to show.
  if (preconditionOf(exchange.request) === 'absent') {
    exchange.refuse('HEARTBEAT_PRECONDITION_FAILED');
    return;
  }
  daemon.users.ask('erase', user, (reply) => {
    if (reply.kind === 'erased') exchange.answer(204, [], '');
    else answerOther(exchange, 'erase', reply);
  });
}
