import type { Clock } from '../../ports/clock.js';
import {
  answerAccepted,
  answerText,
  Batch,
  rejectedOf,
  type BatchLimits,
  type BatchOf,
} from '../input/batch.js';
import type { IncomingMessage } from 'node:http';
import { forbidden } from '../../views/messages.js';
import type { Daemon } from '../../app/api.js';
import { answerHeartRhythm } from './heart-rhythm.js';
import type { GatewayLimits } from '../gateway-options.js';
import type { Resources } from '../resources.js';
import type { UserCommand, UserReply } from '../../../actors/user/user.protocol.js';
import { parseUserId, type UserId } from '../../domain/user-id.js';
import type { Exchange } from '../server/exchange.js';
import { preconditionOf } from '../input/preconditions.js';
import { checkupText, factsOfOffline, factsOfOnline, statusText, userText } from '../../views/user-view.js';

const ORIGINAL = { errors: 'original' } as const;
/** Characters of an id in a batch. Allows for leading zeros. */
const LONGEST_ID = 256;

/** The routes of users: heal, goodbye, checkup, history, batches, status and erasure. */
export function addUsers(
  resources: Resources,
  daemon: Daemon,
  clock: Clock,
  limits: Pick<GatewayLimits, 'batch' | 'body' | 'page'>,
): void {
  resources
    .addForUsers(
      '/heal',
      {
        put: { ...ORIGINAL, needs: 'heal', handle: (exchange, user) => heal(daemon, exchange, user) },
        delete: { ...ORIGINAL, needs: 'heal', handle: (exchange, user) => goodbye(daemon, exchange, user) },
      },
      {
        post: {
          needs: 'heal',
          body: 'batch',
          handle: (exchange, request) => healBatch(daemon, limits, exchange, request),
        },
      },
    )
    // A page that closes can only send a beacon, which is a POST.
    .addOfUser('/heal/:user_id/goodbye', {
      post: { ...ORIGINAL, needs: 'heal', handle: (exchange, user) => goodbye(daemon, exchange, user) },
    })
    .addForUsers(
      '/checkup',
      { get: { ...ORIGINAL, needs: 'checkup', handle: (exchange, user) => checkup(daemon, exchange, user) } },
      {
        post: {
          needs: 'checkup',
          body: 'batch',
          handle: (exchange, request) => checkupBatch(daemon, limits, exchange, request),
        },
      },
    )
    .addForUsers('/heart_rhythm', {
      get: {
        ...ORIGINAL,
        isLong: true,
        handle: (exchange, user) =>
          answerHeartRhythm({ daemon, clock, largestPage: limits.page }, exchange, user),
      },
    })
    .addForUsers('/users', {
      get: { handle: (exchange, user) => describe(daemon, exchange, user) },
      delete: { handle: (exchange, user) => erase(daemon, exchange, user) },
    });
}

/** Answers a heal, of the fast lane or of Express, once the user's actor has handled it. */
export function heal(daemon: Daemon, exchange: Exchange, user: UserId): void {
  daemon.users.ask('heal', user, (reply) => {
    if (reply.kind === 'online') exchange.ok(statusText.online);
    else answerOther(exchange, 'heal', reply);
  });
}

function goodbye(daemon: Daemon, exchange: Exchange, user: UserId): void {
  daemon.users.ask('goodbye', user, (reply) => {
    if (reply.kind === 'offline') exchange.ok(statusText.offline);
    else answerOther(exchange, 'goodbye', reply);
  });
}

export function checkup(daemon: Daemon, exchange: Exchange, user: UserId): void {
  daemon.users.ask('checkup', user, (reply) => {
    if (reply.kind !== 'online' && reply.kind !== 'offline') {
      answerOther(exchange, 'checkup', reply);
      return;
    }
    exchange.ok(checkupText(user, reply.kind));
  });
}

/** `POST /heal`: answered once every session that it opened is on disk. */
export function healBatch(
  daemon: Daemon,
  limits: BatchLimits,
  exchange: Exchange,
  request: IncomingMessage,
): void {
  new Batch(usersOf(daemon, exchange, 'heal'), exchange, limits, (outcome) =>
    answerAccepted(exchange, outcome),
  ).read(request);
}

/** `POST /checkup`: the users in the order they were asked for. */
export function checkupBatch(
  daemon: Daemon,
  limits: BatchLimits,
  exchange: Exchange,
  request: IncomingMessage,
): void {
  new Batch(usersOf(daemon, exchange, 'checkup'), exchange, limits, (outcome) => {
    const results = outcome.ids.flatMap((user, place) => {
      const reply = outcome.replies[place];
      const isAnswered = reply?.kind === 'online' || reply?.kind === 'offline';
      return user !== undefined && isAnswered ? [checkupText(user, reply.kind)] : [];
    });
    const rejected = rejectedOf(outcome);
    const more = rejected.length === 0 ? '' : `,"rejected":[${rejected.join(',')}]`;
    answerText(exchange, `{"results":[${results.join(',')}]${more}}`);
  }).read(request);
}

function usersOf(daemon: Daemon, { access }: Exchange, kind: 'heal' | 'checkup'): BatchOf<UserId, UserReply> {
  return {
    parse: parseUserId,
    invalid: 'HEARTBEAT_INVALID_USER_ID',
    longest: LONGEST_ID,
    forbidden: (user) => (access.mayTouchUser(user) ? undefined : forbidden.user),
    ask: (users, answered) => daemon.users.askMany(kind, users, answered),
  };
}

/** Answers a reply other than the expected one. */
function answerOther(exchange: Exchange, asked: UserCommand['kind'], reply: UserReply): void {
  if (reply.kind === 'refused') exchange.refuse(reply.code);
  else exchange.fail(new TypeError(`'${asked}' was answered '${reply.kind}'`));
}

function describe(daemon: Daemon, exchange: Exchange, user: UserId): void {
  daemon.users.ask('describe', user, (reply) => {
    if (reply.kind !== 'described') answerOther(exchange, 'describe', reply);
    else if (reply.session !== undefined) answerText(exchange, userText(user, factsOfOnline(reply.session)));
    else if (reply.ended !== undefined) answerText(exchange, userText(user, factsOfOffline(reply.ended)));
    else {
      daemon.users.lastSession(user).then(
        (session) => answerText(exchange, userText(user, factsOfOffline(session))),
        (error: unknown) => exchange.fail(error),
      );
    }
  });
}

function erase(daemon: Daemon, exchange: Exchange, user: UserId): void {
  // Every id has a status to show, so no user is absent.
  if (preconditionOf(exchange.request) === 'absent') {
    exchange.refuse('HEARTBEAT_PRECONDITION_FAILED');
    return;
  }
  daemon.users.ask('erase', user, (reply) => {
    if (reply.kind === 'erased') exchange.answer(204, [], '');
    else answerOther(exchange, 'erase', reply);
  });
}
