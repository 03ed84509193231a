import type { Clock } from '../../ports/clock.js';
import { answerAccepted, answerText, Batch, type BatchLimits, type BatchOf } from '../input/batch.js';
import type { Request } from 'express';
import type { IncomingMessage } from 'node:http';
import { bodyProblem, forbidden } from '../../views/messages.js';
import type { Daemon } from '../../app/api/daemon.js';
import { idJson } from '../../views/id-json.js';
import { deviceIn, readDeviceHeal, refusesDeviceOfBatch } from './device.js';
import { parseEntry } from './batch-entry.js';
import { answerResults, answerWithFields, fieldsIn, largeSourceOf } from './checkup-fields.js';
import { answerHeartRhythm } from './heart-rhythm.js';
import { answerOnline } from './online-users.js';
import { idsInAnswer } from '../input/ids-in-answer.js';
import type { GatewayLimits } from '../gateway-options.js';
import type { Resources } from '../resources.js';
import type { DeviceHeal } from '../../domain/device.js';
import type { UserCommand, UserDevice, UserReply } from '../../../actors/user/user.protocol.js';
import type { UserId, UserIds } from '../../domain/user-id.js';
import type { Exchange } from '../server/exchange.js';
import { preconditionOf } from '../input/preconditions.js';
import {
  checkupText,
  factsOfOffline,
  factsOfOnline,
  statusText,
  userText,
  type CheckupField,
  type UserFacts,
} from '../../views/user-view.js';
import type { Written } from '../input/value-scanner.js';

const ORIGINAL = { errors: 'original' } as const;
/** Bytes of an id in a batch, by its kind: an integer may have leading zeros, and a text may be escaped. */
const LONGEST_ID = { integer: 256, text: 6 * 255 } as const;
/** Bytes of an entry with a device and meta, escaped. */
const LONGEST_ENTRY = 16_384;
/** A number in JSON that stands for a text of its digits. */
const DIGITS = /^-?\d+$/;

/** The routes of users: heal, goodbye, checkup, history, batches, status and erasure. */
export function addUsers(
  resources: Resources,
  daemon: Daemon,
  clock: Clock,
  limits: Pick<GatewayLimits, 'batch' | 'body' | 'page'>,
): void {
  const sayGoodbye = (exchange: Exchange, user: UserId, request: Request): void =>
    goodbye(daemon, exchange, user, request);
  resources
    .addForUsers(
      '/heal',
      {
        put: {
          ...ORIGINAL,
          needs: 'heal',
          body: 'json or ignored',
          handle: (exchange, user, request) =>
            readDeviceHeal(exchange, request, limits.body, (device) => heal(daemon, exchange, user, device)),
        },
        delete: { ...ORIGINAL, needs: 'heal', handle: sayGoodbye },
      },
      {
        post: {
          needs: 'heal',
          body: 'batch',
          handle: (exchange, request) => {
            if (!refusesDeviceOfBatch(exchange, request)) healBatch(daemon, limits, exchange, request);
          },
        },
      },
    )
    // A page that closes can only send a beacon, which is a POST.
    .addOfUser('/heal/:user_id/goodbye', {
      post: { ...ORIGINAL, needs: 'heal', handle: sayGoodbye },
    })
    .addForUsers(
      '/checkup',
      {
        get: {
          ...ORIGINAL,
          needs: 'checkup',
          handle: (exchange, user, request) =>
            checkup(daemon, exchange, user, idsInAnswer(request, daemon.users.ids)),
        },
      },
      {
        post: {
          needs: 'checkup',
          body: 'batch',
          handle: (exchange, request) => {
            const fields = fieldsIn(exchange, request);
            if (fields === undefined) return;
            const ids = idsInAnswer(request, daemon.users.ids);
            checkupBatch(daemon, limits, exchange, request, { fields, ids });
          },
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
    .addForUsers(
      '/users',
      {
        get: {
          handle: (exchange, user, request) =>
            describe(daemon, exchange, user, idsInAnswer(request, daemon.users.ids)),
        },
        delete: { handle: (exchange, user) => erase(daemon, exchange, user) },
      },
      {
        get: {
          body: 'ignored',
          large: 'state',
          handle: (exchange) => answerOnline(daemon, exchange, limits.page),
        },
      },
    );
}

/** Answers a heal, of the fast lane or of Express, once the user's actor has handled it. */
export function heal(daemon: Daemon, exchange: Exchange, user: UserId, device?: DeviceHeal): void {
  const answer = (reply: UserReply): void => {
    if (reply.kind === 'online') exchange.ok(statusText.online);
    else answerOther(exchange, 'heal', reply);
  };
  daemon.users.ask('heal', user, answer, device);
}

/** Answers the status afterwards: another device may keep the user online. */
function goodbye(daemon: Daemon, exchange: Exchange, user: UserId, request: Request): void {
  const device = deviceIn(exchange, request);
  if (device === undefined) return;
  const answer = (reply: UserReply): void => {
    if (reply.kind === 'offline' || reply.kind === 'online') exchange.ok(statusText[reply.kind]);
    else answerOther(exchange, 'goodbye', reply);
  };
  daemon.users.ask('goodbye', user, answer, device);
}

/** @param ids how the id is written in the answer */
export function checkup(
  daemon: Daemon,
  exchange: Exchange,
  user: UserId,
  ids: Pick<UserIds, 'kind'> = daemon.users.ids,
): void {
  daemon.users.ask('checkup', user, (reply) => {
    if (reply.kind !== 'online' && reply.kind !== 'offline') {
      answerOther(exchange, 'checkup', reply);
      return;
    }
    exchange.ok(checkupText(idJson(ids, user), reply.kind));
  });
}

/** `POST /heal`: answered once every session that it opened is on disk. */
export function healBatch(
  daemon: Daemon,
  limits: BatchLimits,
  exchange: Exchange,
  request: IncomingMessage,
): void {
  new Batch(healsOf(daemon, exchange), exchange, limits, (outcome) => answerAccepted(exchange, outcome)).read(
    request,
  );
}

/** How a checkup of many users is answered. */
interface CheckupForm {
  /** What is shown of each user besides the status. */
  readonly fields?: ReadonlySet<CheckupField>;
  /** How ids are written. */
  readonly ids?: Pick<UserIds, 'kind'>;
}

/** `POST /checkup`: the users in the order they were asked for. */
export function checkupBatch(
  daemon: Daemon,
  limits: BatchLimits,
  exchange: Exchange,
  request: IncomingMessage,
  { fields, ids = daemon.users.ids }: CheckupForm = {},
): void {
  if (fields !== undefined && fields.size > 0) {
    new Batch(usersOf(daemon, exchange, 'describe'), exchange, limits, (outcome) => {
      const source = largeSourceOf(fields);
      exchange
        .inLargeTurn(source, () => answerWithFields(daemon, exchange, { fields, ids }, outcome))
        .catch((error: unknown) => exchange.fail(error));
    }).read(request);
    return;
  }
  new Batch(usersOf(daemon, exchange, 'checkup'), exchange, limits, (outcome) => {
    const results = outcome.ids.flatMap((user, place) => {
      const reply = outcome.replies[place];
      const isAnswered = reply?.kind === 'online' || reply?.kind === 'offline';
      return user !== undefined && isAnswered ? [checkupText(idJson(ids, user), reply.kind)] : [];
    });
    answerResults(exchange, results, outcome);
  }).read(request);
}

function healsOf(daemon: Daemon, { access }: Exchange): BatchOf<UserId | UserDevice, UserReply> {
  const { ids } = daemon.users;
  return {
    parse: (value, written) =>
      written === 'nested' ? parseEntry(ids, value) : parseInBatch(ids, value, written),
    invalid: 'HEARTBEAT_INVALID_USER_ID',
    longest: LONGEST_ID[ids.kind],
    objects: { longest: LONGEST_ENTRY, problem: bodyProblem.entry },
    forbidden: (item) =>
      access.mayTouchUser(typeof item === 'string' ? item : item.user) ? undefined : forbidden.user(access),
    ask: (items, answered) => daemon.users.askMany('heal', items, answered),
  };
}

function usersOf(
  daemon: Daemon,
  { access }: Exchange,
  kind: 'checkup' | 'describe',
): BatchOf<UserId, UserReply> {
  const { ids } = daemon.users;
  return {
    parse: (value, written) => parseInBatch(ids, value, written),
    invalid: 'HEARTBEAT_INVALID_USER_ID',
    longest: LONGEST_ID[ids.kind],
    forbidden: (user) => (access.mayWatchUser(user) ? undefined : forbidden.user(access)),
    ask: (users, answered) => daemon.users.askMany(kind, users, answered),
  };
}

/** A number stands for its digits; no other value without quotes is a text. */
function parseInBatch({ kind, parse }: UserIds, value: string, written: Written): UserId | undefined {
  const isNone = written === 'nested' || (kind === 'text' && written === 'bare' && !DIGITS.test(value));
  return isNone ? undefined : parse(value);
}

/** Answers a reply other than the expected one. */
function answerOther(exchange: Exchange, asked: UserCommand['kind'], reply: UserReply): void {
  if (reply.kind === 'refused') exchange.refuse(reply.code);
  else exchange.fail(new TypeError(`'${asked}' was answered '${reply.kind}'`));
}

function describe(daemon: Daemon, exchange: Exchange, user: UserId, ids: Pick<UserIds, 'kind'>): void {
  const answer = (facts: UserFacts): void => answerText(exchange, userText(idJson(ids, user), facts));
  daemon.users.ask('describe', user, (reply) => {
    if (reply.kind !== 'described') answerOther(exchange, 'describe', reply);
    else if (reply.session !== undefined) answer(factsOfOnline(reply.session));
    else if (reply.ended !== undefined) answer(factsOfOffline(reply.ended));
    else {
      daemon.users.lastSession(user).then(
        (session) => answer(factsOfOffline(session)),
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
