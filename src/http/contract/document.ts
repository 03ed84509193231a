import * as z from 'zod';
import type { GatewayLimits } from '../gateway-options.js';
import { failure } from '../../views/error-answer.js';
import {
  type Content,
  type Examples,
  type JsonSchema,
  type OpenApiDocument,
  type OperationObject,
  type Parameter,
  type ResponseObject,
  Schemas,
} from './openapi.js';
import { TAGS, type Answer, type Example, type Operation, type Operations } from './operation.js';
import { socketOperations } from '../sockets/socket-contract.js';
import { alertOperations } from '../alerts/alert-contract.js';
import { dashboardOperations } from '../dashboard/dashboard-contract.js';
import { daemonOperations } from '../ops/ops-contract.js';
import { eventOperations } from '../events/event-contract.js';
import { badgeOperations } from '../badges/badge-contract.js';
import { linkOperations } from '../links/link-contract.js';
import { nodeOperations } from '../nodes/contract/node-operations.js';
import { pingOperations } from '../pings/ping-contract.js';
import { rotaOperations } from '../rotas/rota-contract.js';
import { signInOperations } from '../sign-in/sign-in-contract.js';
import { silenceOperations } from '../silences/silence-contract.js';
import { statusOperations } from '../status/status-contract.js';
import { uptimeOperations } from '../uptime/uptime-contract.js';
import { presenceOperations } from '../users/contract/user-operations.js';
import { alertId, NAME_SHAPE, nodeName, userIdText } from '../../views/values.js';
import type { UserIdKind } from '../../domain/user-id.js';

/** The daemon's, which a test holds it to. */
const VERSION = '0.1.0';

const LICENSE = { name: 'MIT', identifier: 'MIT' } as const;

const DESCRIPTION =
  'Presence of users, liveness of nodes, and alerts. Instants are whole Unix seconds unless a key ends in `_ms`; durations are seconds. Every `GET` can also be sent as `HEAD`; a method that a path does not support gets 405 with `Allow`. Every error response has a sentence in `error`, and a `code` except on heal, checkup and heart_rhythm.';

const BEARER =
  'A key with the scope that the call requires, or a user token, which is valid for its user only. Not required if no keys are configured.';

const IN_PATHS: Readonly<Record<string, z.ZodType>> = {
  user_id: userIdText,
  name: nodeName,
  id: alertId,
};

/** For errors that a call does not list itself: no key, no capacity, a wrong method. */
const OTHERWISE: Answer = { means: 'Any other error. docs/errors.md lists them all.', body: failure };

/** All calls, by method and path. */
function operations(limits: Pick<GatewayLimits, 'batch' | 'page'>): Operations {
  return {
    ...presenceOperations(limits),
    ...socketOperations,
    ...nodeOperations(limits),
    ...uptimeOperations(limits),
    ...badgeOperations,
    ...statusOperations,
    ...pingOperations,
    ...alertOperations(limits),
    ...linkOperations,
    ...rotaOperations(limits),
    ...silenceOperations(limits),
    ...eventOperations,
    ...signInOperations,
    ...daemonOperations,
    ...dashboardOperations,
  };
}

/** What stands for the schemas of an id in a path and in an answer where ids of users are texts. */
const TEXT_ID: JsonSchema = {
  ...NAME_SHAPE,
  description:
    'Any text of 1 to 255 bytes of UTF-8 without control characters, but `.` and `..`. Percent-encoded in a path. In a batch a number stands for its digits.',
};

/** What the contract depends on besides limits. */
interface ContractFacts {
  readonly userIds?: UserIdKind;
  /** Where the API is, without a slash at the end; null for the place that the document itself comes from. */
  readonly url?: string | null;
}

/** The contract: made from the schemas that check the requests, with the limits and the kind of users' ids in force. */
export function openApi(
  limits: Pick<GatewayLimits, 'batch' | 'page'>,
  { userIds = 'integer', url = null }: ContractFacts = {},
): OpenApiDocument {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, OperationObject>> = {};
  for (const [key, operation] of Object.entries(operations(limits))) {
    const [method = '', path = ''] = key.split(' ');
    const examples = userIds === 'integer' ? operation.examples : withTextIds(operation.examples);
    (paths[path] ??= {})[method.toLowerCase()] = operationObject(path, { ...operation, examples }, schemas);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Heartbeat', version: VERSION, description: DESCRIPTION, license: LICENSE },
    servers: [{ url: url ?? '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    security: [{ bearer: [] }],
    components: {
      // In a batch a number stands for its digits, for both kinds.
      schemas: {
        ...schemas.named,
        ...(userIds === 'text' && { UserIdText: TEXT_ID, UserIdInAnswer: TEXT_ID }),
      },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: BEARER } },
    },
  };
}

/** The status of what can never be answered, whatever the daemon has. */
const REFUSED = 400;

/** What is no id, in the examples for each kind. */
const NO_INTEGER = 'nobody';
const NO_TEXT = 'no\tbody';

/** The examples with ids as strings. */
function withTextIds(examples: readonly Example[]): readonly Example[] {
  return examples.map(({ path, body, answer, ...example }) => ({
    ...example,
    ...(path !== undefined && {
      path: path['user_id'] === NO_INTEGER ? { ...path, user_id: encodeURIComponent(NO_TEXT) } : path,
    }),
    ...(body !== undefined && {
      body: Array.isArray(body) ? body.map((id: unknown) => (id === NO_INTEGER ? NO_TEXT : id)) : body,
    }),
    ...(answer !== undefined && { answer: withTexts(answer) }),
  }));
}

function withTexts(answer: unknown): unknown {
  const text = JSON.stringify(answer, (key, value: unknown) =>
    key === 'id' && typeof value === 'number' ? String(value) : value,
  );
  const read: unknown = JSON.parse(text);
  return read;
}

function operationObject(path: string, operation: Operation, schemas: Schemas): OperationObject {
  const { id, tag, summary, description, scope, examples } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: scope === undefined ? [] : [{ bearer: [scope] }],
    parameters: [...pathParameters(path, operation, schemas), ...queryParameters(operation, schemas)],
    ...(operation.body !== undefined && {
      requestBody: {
        required: operation.isBodyOptional !== true,
        content: bodyContent(operation.body, examples, schemas),
      },
    }),
    responses: responses(operation, schemas),
  };
}

function pathParameters(path: string, { examples, path: own }: Operation, schemas: Schemas): Parameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const type = own?.[name] ?? IN_PATHS[name];
    if (type === undefined) throw new TypeError(`${path}: nothing is known of ${name}`);
    return {
      name,
      in: 'path',
      required: true,
      schema: schemas.of(type, 'output'),
      ...named(examples, (example) => sent(example, type, example.path?.[name])),
    };
  });
}

function queryParameters({ query, examples }: Operation, schemas: Schemas): Parameter[] {
  return Object.entries(query?.shape ?? {}).map(([name, type]) => {
    const { description, ...schema } = schemas.of(asType(type), 'output');
    return {
      name,
      in: 'query',
      required: !asType(type).safeParse(undefined).success,
      ...(typeof description === 'string' && { description }),
      schema,
      ...named(examples, (example) => {
        const text = example.query?.[name];
        return sent(example, asType(type), text, valueOf(text, schema));
      }),
    };
  });
}

function asType(type: unknown): z.ZodType {
  if (type instanceof z.ZodType) return type;
  throw new TypeError('a query of what is no type');
}

/** With the type of its schema: a number is not a string. */
function valueOf(text: string | undefined, { type }: JsonSchema): unknown {
  return text !== undefined && type === 'integer' ? Number(text) : text;
}

function bodyContent(
  body: Readonly<Record<string, z.ZodType>>,
  examples: readonly Example[],
  schemas: Schemas,
): Content {
  return Object.fromEntries(
    Object.entries(body).map(([type, schema]) => [
      type,
      {
        schema: schemas.of(schema, 'input'),
        ...named(examples, (example) =>
          (typeof example.body === 'string') === (type === 'text/plain')
            ? sent(example, schema, example.body)
            : undefined,
        ),
      },
    ]),
  );
}

function responses({ answers, examples }: Operation, schemas: Schemas): Record<string, ResponseObject> {
  const given = Object.entries(answers).map(([status, answer]): [string, ResponseObject] => [
    status,
    responseObject(
      answer,
      examples.filter((example) => String(example.status) === status),
      schemas,
    ),
  ]);
  const otherwise = responseObject(OTHERWISE, [], schemas);
  return { ...Object.fromEntries(given), '4XX': otherwise, '5XX': otherwise };
}

function responseObject(
  { means, body, type = 'application/json', events }: Answer,
  examples: readonly Example[],
  schemas: Schemas,
): ResponseObject {
  if (body === undefined) return { description: means };
  const schema = {
    ...schemas.of(body, 'output'),
    ...(events !== undefined && { contentSchema: schemas.of(events, 'output') }),
  };
  const content = {
    schema,
    ...named(examples, ({ answer }) => (answer === undefined ? undefined : { value: answer })),
  };
  return { description: means, content: { [type]: content } };
}

/** @param shown how the document has it, if not as it is sent */
function sent(
  { status }: Example,
  type: z.ZodType,
  value: unknown,
  shown = value,
): Examples[string] | undefined {
  if (value === undefined) return undefined;
  const isRefused = status === REFUSED || !type.safeParse(value).success;
  return isRefused ? { 'x-refused-value': shown } : { value: shown };
}

function named(
  examples: readonly Example[],
  read: (example: Example) => Examples[string] | undefined,
): { readonly examples?: Examples } {
  const found = examples.flatMap((example): [string, Examples[string]][] => {
    const shown = read(example);
    return shown === undefined ? [] : [[example.name, shown]];
  });
  return found.length === 0 ? {} : { examples: Object.fromEntries(found) };
}
