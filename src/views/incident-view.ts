import * as z from 'zod';
import { PLAIN_LINE, PLAIN_TEXT } from '../domain/plain-text.js';
import {
  INCIDENT_STATES,
  LONGEST_TEXT,
  LONGEST_TITLE,
  beganAt,
  stateOf,
  type IncidentState,
  type StatusIncident,
} from '../domain/status-incident.js';
import { unixSeconds } from '../domain/time.js';
import { orUnknownField, problemsIn, type BodyProblem } from './body-problems.js';
import type * as answer from './incident-answers.js';

const NO_STATE = `must be one of ${INCIDENT_STATES.join(', ')}`;
const BODY = 'the body must be {"title": "…", "text": "…", "state": "investigating"}';
const UPDATE = 'the body must be {"text": "…", "state": "monitoring"}';

export function incidentView(incident: StatusIncident): z.output<typeof answer.statusIncident> {
  const { id, page, title, updates } = incident;
  return {
    id,
    page,
    title,
    state: stateOf(incident),
    began_at: unixSeconds(beganAt(incident)),
    updates: updates.map(({ at, state, text }) => ({ at: unixSeconds(at), state, text })),
  };
}

/** Texts are on a page for the public and in its feed, as they are. */
const plain = (most: number, pattern: RegExp) =>
  z
    .string('must be a string')
    .regex(/\S/, 'must not be empty')
    .regex(pattern, 'must be plain text, without control characters')
    .trim()
    .max(most, `must have at most ${most} characters`);

const text = plain(LONGEST_TEXT, PLAIN_TEXT).meta({
  description: `Plain text of at most ${LONGEST_TEXT} characters; lines stay lines. Public, so no names of nodes and no secrets.`,
});
const state = z.enum(INCIDENT_STATES, NO_STATE);

export const incidentBody = z.strictObject(
  {
    title: plain(LONGEST_TITLE, PLAIN_LINE).meta({
      description: `One line of at most ${LONGEST_TITLE} characters.`,
    }),
    text,
    state: state.default('investigating'),
  },
  orUnknownField(BODY),
);

export const incidentUpdateBody = z.strictObject({ text, state }, orUnknownField(UPDATE));

interface ReadUpdate {
  readonly text: string;
  readonly state: IncidentState;
}

type Unreadable = { readonly problems: readonly BodyProblem[] };

/** Reads the body of `POST /status/:page/incidents`, or says everything that is wrong with it. */
export function parseIncident(body: unknown): (ReadUpdate & { readonly title: string }) | Unreadable {
  const read = incidentBody.safeParse(body);
  return read.success ? withPlainBreaks(read.data) : { problems: problemsIn(read.error) };
}

/** The same for an update of an incident. */
export function parseIncidentUpdate(body: unknown): ReadUpdate | Unreadable {
  const read = incidentUpdateBody.safeParse(body);
  return read.success ? withPlainBreaks(read.data) : { problems: problemsIn(read.error) };
}

function withPlainBreaks<Read extends ReadUpdate>(read: Read): Read {
  return { ...read, text: read.text.replaceAll(/\r\n?/g, '\n') };
}
