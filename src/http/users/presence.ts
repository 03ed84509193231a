import type { UserCommand, UserReply } from '../../../actors/user/user.protocol.js';
import type { UserId } from '../../domain/user-id.js';
import type { Daemon } from '../../app/api.js';
import type { Exchange } from '../server/exchange.js';

const ONLINE = '{"status":"online"}';
const OFFLINE = '{"status":"offline"}';

/** Answers every heal, whichever way it came in, once the user's actor has handled it. */
export function heal(daemon: Daemon, exchange: Exchange, user: UserId): void {
  daemon.users.ask('heal', user, (reply) => {
    if (reply.kind === 'online') exchange.ok(ONLINE);
    else answerOther(exchange, 'heal', reply);
  });
}

export function goodbye(daemon: Daemon, exchange: Exchange, user: UserId): void {
  daemon.users.ask('goodbye', user, (reply) => {
    if (reply.kind === 'offline') exchange.ok(OFFLINE);
    else answerOther(exchange, 'goodbye', reply);
  });
}

export function checkup(daemon: Daemon, exchange: Exchange, user: UserId): void {
  daemon.users.ask('checkup', user, (reply) => {
    if (reply.kind !== 'online' && reply.kind !== 'offline') {
      answerOther(exchange, 'checkup', reply);
      return;
    }
    // The digits are written as they are: a 64-bit id does not fit a number.
    exchange.ok(`{"id":${user},"status":"${reply.kind}"}`);
  });
}

/** Answers a reply other than the expected one. */
export function answerOther(exchange: Exchange, asked: UserCommand['kind'], reply: UserReply): void {
  if (reply.kind === 'refused') exchange.refuse(reply.code);
  else exchange.fail(new TypeError(`'${asked}' was answered '${reply.kind}'`));
}
