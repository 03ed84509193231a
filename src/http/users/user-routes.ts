import type { Clock } from '../../ports/clock.js';
import { checkupBatch, healBatch } from './user-batches.js';
import type { Daemon } from '../../app/api.js';
import { answerHeartRhythm } from './heart-rhythm.js';
import { checkup, goodbye, heal } from './presence.js';
import type { GatewayLimits } from '../options.js';
import type { Resources } from '../resource.js';

const ORIGINAL = { errors: 'original' } as const;

type PresenceLimits = Pick<GatewayLimits, 'batch' | 'body' | 'page'>;

/** The three calls of the original, goodbye, and batches. */
export function addPresence(
  resources: Resources,
  daemon: Daemon,
  clock: Clock,
  limits: PresenceLimits,
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
    // A page that is being closed can only send a beacon, which is a POST.
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
    });
}
