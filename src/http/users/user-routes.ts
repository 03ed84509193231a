import type { Clock } from '../../ports/clock.js';
import { checkupBatch, healBatch } from './user-batches.js';
import type { Daemon } from '../daemon.js';
import { answerHeartRhythm } from './heart-rhythm.js';
import { checkup, goodbye, heal } from './presence.js';
import type { GatewayLimits } from '../options.js';
import type { Resources } from '../resource.js';

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
        put: (exchange, user) => heal(daemon, exchange, user),
        delete: (exchange, user) => goodbye(daemon, exchange, user),
      },
      { put: 'heal', delete: 'heal', post: 'heal' },
      {
        post: (exchange, request) => healBatch(daemon, limits, exchange, request),
      },
    )
    // A page that is being closed can only send a beacon, which is a POST.
    .addOfUser(
      '/heal/:user_id/goodbye',
      {
        post: (exchange, user) => goodbye(daemon, exchange, user),
      },
      { post: 'heal' },
    )
    .addForUsers(
      '/checkup',
      {
        get: (exchange, user) => checkup(daemon, exchange, user),
      },
      { get: 'checkup', post: 'checkup' },
      {
        post: (exchange, request) => checkupBatch(daemon, limits, exchange, request),
      },
    )
    .addForUsers('/heart_rhythm', {
      get: (exchange, user) => answerHeartRhythm({ daemon, clock, largestPage: limits.page }, exchange, user),
    });
}
