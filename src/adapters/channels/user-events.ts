import { unixSeconds } from '../../domain/time.js';
import type { UserEventsMessage } from '../../ports/channel.js';

/** A message about users as its receiver gets it: JSON in ASCII. */
export function userEventsText({ id, at, events, dropped, isReset }: UserEventsMessage): string {
  const reset = isReset ? ',"reset":true' : '';
  return `{"id":"${id}","type":"user.events","at":${unixSeconds(at)},"at_ms":${at},"dropped":${dropped}${reset},"events":[${events.join(',')}]}`;
}
