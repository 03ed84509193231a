import type { Clock } from '../../ports/clock.js';
import type { Daemon } from '../daemon.js';
import { answerHeartRhythm } from '../heart-rhythm/answer.js';
import { checkup, goodbye, heal } from '../presence.js';
import type { Resources } from '../resource.js';

/** The three calls of the original, and goodbye. */
export function addPresence(resources: Resources, daemon: Daemon, clock: Clock, largestPage: number): void {
  resources
    .addForUsers('/heal', {
      put: (exchange, user) => heal(daemon, exchange, user),
      delete: (exchange, user) => goodbye(daemon, exchange, user),
    })
    // A page that is being closed can only send a beacon, which is a POST.
    .addOfUser('/heal/:user_id/goodbye', {
      post: (exchange, user) => goodbye(daemon, exchange, user),
    })
    .addForUsers('/checkup', {
      get: (exchange, user) => checkup(daemon, exchange, user),
    })
    .addForUsers('/heart_rhythm', {
      get: (exchange, user) => answerHeartRhythm({ daemon, clock, largestPage }, exchange, user),
    });
}
