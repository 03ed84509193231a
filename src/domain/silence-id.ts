import { parseAlertId, type AlertIds } from './alert-id.js';
import type { SilenceId } from './silence.js';
import type { Instant } from './time.js';

/** Makes an id. They are made like those of alerts, and are ULIDs too. */
export function nextSilenceId(ids: AlertIds, wall: Instant): SilenceId {
  return branded(ids.next(wall));
}

/** @returns undefined if the text is not the id of a silence */
export function parseSilenceId(text: string): SilenceId | undefined {
  const id = parseAlertId(text);
  return id === undefined ? undefined : branded(id);
}

function branded(text: string): SilenceId {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- parsing: the text was made, or checked
  return text as SilenceId;
}
