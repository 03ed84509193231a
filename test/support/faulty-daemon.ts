/**
 * The daemon with two users whose heals crash their actor: `SHAKY` at each first attempt, and
 * `BROKEN` at every one. To be run as `node --import ./scripts/typescript.js test/support/faulty-daemon.ts start`.
 */
import { UserActor, type UserActorMessage } from '../../actors/user/user.actor.js';

const SHAKY = '666';
const BROKEN = '667';

// oxlint-disable-next-line typescript/unbound-method -- it is called on the actor, below
const { receive } = UserActor.prototype;
const attempted = new WeakSet<UserActorMessage>();

UserActor.prototype.receive = function (this: UserActor, message: UserActorMessage): void {
  const first = !attempted.has(message);
  attempted.add(message);
  if (message.kind === 'heal' && (this.key === BROKEN || (this.key === SHAKY && first))) {
    throw new Error('planned fault');
  }
  receive.call(this, message);
};

await import('../../src/main.js');
