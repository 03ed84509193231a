import { parseAlertId, type AlertIds } from './alert-id.js';
import { expireAt, silenceStateAt, type SilenceState } from './silence.js';
import { instant, type Instant } from './time.js';

declare const kind: unique symbol;

/** Sorts by the time at which the override was made. */
export type OverrideId = string & { readonly [kind]: 'override' };

/** Somebody is on call in place of whoever has the turn. Of several at one instant, the one that was made last counts. */
export interface RotaOverride {
  readonly id: OverrideId;
  /** The name of the rota. */
  readonly rota: string;
  /** The name of one of its people. An override of somebody who has left the rota does not count. */
  readonly person: string;
  readonly startsAt: Instant;
  /** It is over at this instant. One that was ended by hand ends then. */
  readonly endsAt: Instant;
  /** Who made it. */
  readonly by: string;
  readonly reason?: string;
  readonly updatedAt: Instant;
}

/** What a caller who asks for an override decides. */
export type OverrideRequest = Omit<RotaOverride, 'id' | 'updatedAt'>;

/** It begins after now, so that it changes nothing for messages that have begun. */
export function overrideOf(request: OverrideRequest, ids: AlertIds, wall: Instant): RotaOverride {
  const startsAt = instant(Math.max(request.startsAt, wall + 1));
  return { ...request, id: branded(ids.next(wall)), startsAt, updatedAt: wall };
}

/** It ends right after now, for the same reason. One that has not begun never does. */
export function endOverride(override: RotaOverride, wall: Instant): RotaOverride {
  return { ...expireAt(override, instant(wall + 1)), updatedAt: wall };
}

/** A change counts from the next millisecond on, and is shown as done at once. */
export function overrideStateAt(override: RotaOverride, wall: Instant): SilenceState {
  return silenceStateAt(override, instant(Math.max(wall, override.updatedAt + 1)));
}

/** @returns undefined if the text is not the id of an override */
export function parseOverrideId(text: string): OverrideId | undefined {
  const id = parseAlertId(text);
  return id === undefined ? undefined : branded(id);
}

function branded(text: string): OverrideId {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- parsing: the text was made, or checked
  return text as OverrideId;
}
