import { isRecord } from '../../domain/is-record.js';
import * as z from 'zod';
import type { EventFilter } from '../../app/events/events-api.js';
import { EVENT_TYPES, type EventType } from '../../domain/event-types.js';
import type { Label } from '../../domain/label.js';
import type { UserId, UserIds } from '../../domain/user-id.js';
import { bodyProblem, eventProblem, queryProblem } from '../../views/messages.js';
import type { BodyProblem } from '../../views/body-problems.js';
import { asksForTextIds, idsParameter } from '../input/ids-in-answer.js';
import { refuseQuery } from '../input/query.js';
import { readLabel } from '../nodes/node-query.js';

/** The most users that a stream may name: in a query, and in a body. */
const MOST_IN_QUERY = 1_000;
const MOST_IN_BODY = 100_000;
const MOST_LABELS = 10;
const MOST_TYPES = 100;

const LABEL = '^[^:]+:';

/** The query of a stream of events, as it is documented. */
export const eventQuery = z.strictObject({
  types: z
    .string()
    .optional()
    .meta({
      description: `Only events of these types, separated by commas: ${EVENT_TYPES.join(', ')}.`,
    }),
  users: z
    .array(z.string())
    .max(MOST_IN_QUERY)
    .optional()
    .meta({ description: 'Only events of these users. Repeated: `users=7&users=8`.' }),
  nodes: z
    .string()
    .optional()
    .meta({ description: 'Only events of nodes whose names begin with this, and of their alerts.' }),
  label: z
    .string()
    .regex(new RegExp(LABEL))
    .optional()
    .meta({ description: '`key:value`: only events of nodes that have this label. May be repeated.' }),
  ids: idsParameter,
});

/** The body of a stream of events, as it is documented. */
export const eventBody = z.strictObject({
  types: z.array(z.enum(EVENT_TYPES)).optional().meta({ description: 'Empty or absent: all types.' }),
  users: z
    .array(z.union([z.string(), z.int()]))
    .max(MOST_IN_BODY)
    .optional()
    .meta({ description: 'Absent: all users. Empty: none.' }),
  nodes: z.string().optional().meta({ description: 'A prefix of names.' }),
  labels: z
    .array(z.string().regex(new RegExp(LABEL)))
    .max(MOST_LABELS)
    .optional(),
});

/** @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter */
export function filterInQuery(url: string, ids: UserIds): EventFilter {
  const start = url.indexOf('?');
  const query = new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
  for (const name of query.keys()) {
    if (!Object.hasOwn(eventQuery.shape, name)) refuseQuery(queryProblem.unknown(name));
    if ((name === 'types' || name === 'nodes') && query.getAll(name).length > 1)
      refuseQuery(queryProblem.repeated(name));
  }
  const [types, nodes] = [query.get('types'), query.get('nodes')];
  const [users, labels] = [query.getAll('users'), query.getAll('label')];
  if (users.length > MOST_IN_QUERY) refuseQuery(eventProblem.usersInQuery(MOST_IN_QUERY));
  if (labels.length > MOST_LABELS) refuseQuery(eventProblem.labels(MOST_LABELS));
  return {
    types: types === null ? undefined : new Set(types.split(',').map(typeNamed)),
    users: query.has('users') ? users.map((text) => userNamed(text, ids)) : undefined,
    nodes: nodesOf(
      nodes ?? undefined,
      labels.map((text) => readLabel(text) ?? refuseQuery(queryProblem.label)),
    ),
    hasTextIds: asksForTextIds(url),
  };
}

function typeNamed(name: string): EventType {
  return EVENT_TYPES.find((type) => type === name) ?? refuseQuery(eventProblem.typesInQuery(EVENT_TYPES));
}

function userNamed(text: string, ids: UserIds): UserId {
  return ids.parse(text) ?? refuseQuery(eventProblem.userInQuery(text));
}

function nodesOf(prefix: string | undefined, labels: readonly Label[]): EventFilter['nodes'] {
  return prefix === undefined && labels.length === 0 ? undefined : { prefix: prefix ?? '', labels };
}

/** A body with several kinds of lists, each of which may be absent. */
export function filterInBody(
  body: unknown,
  ids: UserIds,
): { readonly filter: EventFilter } | { readonly problems: readonly BodyProblem[] } {
  if (!isRecord(body)) return { problems: [{ path: '', problem: eventProblem.notObject }] };
  const problems: BodyProblem[] = [];
  const found = new Map<string, unknown>(Object.entries(body));
  for (const name of found.keys())
    if (!Object.hasOwn(eventBody.shape, name))
      problems.push({ path: name, problem: bodyProblem.unknownField });
  const list = <Item>(
    name: string,
    most: number,
    problem: { readonly list: string; readonly item: string },
    parse: (item: unknown) => Item | undefined,
  ) => {
    const value = found.get(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.length > most) {
      problems.push({ path: name, problem: problem.list });
      return undefined;
    }
    const items = value.map((item: unknown) => parse(item));
    const wrong = items.indexOf(undefined);
    if (wrong >= 0) problems.push({ path: `${name}.${wrong}`, problem: problem.item });
    return items.filter((item) => item !== undefined);
  };
  const { type, types: listOfTypes, user, users: listOfUsers, label, labelsInBody } = eventProblem;
  const types = list(
    'types',
    MOST_TYPES,
    { list: listOfTypes(MOST_TYPES), item: type(EVENT_TYPES) },
    (item) => EVENT_TYPES.find((each) => each === item),
  );
  const users = list('users', MOST_IN_BODY, { list: listOfUsers(MOST_IN_BODY), item: user }, (item) =>
    userIn(item, ids),
  );
  const labels = list('labels', MOST_LABELS, { list: labelsInBody(MOST_LABELS), item: label }, (item) =>
    typeof item === 'string' ? readLabel(item) : undefined,
  );
  const prefix = found.get('nodes');
  const isPrefix = prefix === undefined || typeof prefix === 'string';
  if (!isPrefix) problems.push({ path: 'nodes', problem: eventProblem.nodes });
  if (problems.length > 0 || !isPrefix) return { problems };
  return {
    filter: {
      types: types === undefined || types.length === 0 ? undefined : new Set(types),
      users,
      nodes: nodesOf(prefix, labels ?? []),
    },
  };
}

/** A number stands for its digits, if JSON has kept them all. */
function userIn(item: unknown, ids: UserIds): UserId | undefined {
  if (typeof item === 'string') return ids.parse(item);
  return Number.isSafeInteger(item) ? ids.parse(String(item)) : undefined;
}
