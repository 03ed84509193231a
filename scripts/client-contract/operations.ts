import { errorCodes, type ErrorCode } from '../../src/errors.js';
import { isSchema, type JsonSchema, type OpenApiDocument } from '../../src/http/contract/openapi.js';
import { sentenceFor } from '../../src/views/messages.js';
import type { Field, Shape } from '../../src/client/api/shape.js';
import {
  alternativesOf,
  answersOf,
  camel,
  nameOf,
  propertiesOf,
  isSuccess,
  SPECIAL,
  valuesOf,
} from './schemas.js';

const HEAD = `// Made by scripts/client-contract.ts from the contract that the daemon serves. Do not edit it.
import type { Shape } from '../shape.js';
import type { Answers } from './types.js';

/** One method of one path. */
export interface Operation {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** With the names of its parameters in braces. */
  readonly path: string;
  /** The parameters of its query, as the client calls them. */
  readonly query: readonly string[];
  /** What it answers; undefined for nothing, and \`text\` for what is no JSON. */
  readonly answer: Shape | undefined;
  /** The statuses besides 2xx that are answers and no errors. */
  readonly alsoAnswers: readonly number[];
}
`;

/** How the client calls each operation and reads its answer. */
export function operationsOf(document: OpenApiDocument): string {
  const operations = Object.fromEntries(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, parameters, responses }]) => [
        operationId,
        {
          method: method.toUpperCase(),
          path,
          query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => camel(name)),
          answer: answerOf(answersOf(responses).map(({ schema }) => schema)),
          alsoAnswers: answersOf(responses)
            .map(({ status }) => status)
            .filter((status) => !isSuccess(status)),
        },
      ]),
    ),
  );
  const shapes = Object.fromEntries(
    Object.entries(document.components.schemas)
      .filter(([name]) => !SPECIAL.some((special) => special === name))
      .map(([name, schema]) => [name, shapeOf(schema)]),
  );
  return [
    HEAD,
    `export const operations: Readonly<Record<keyof Answers, Operation>> = ${written(operations)};\n`,
    `/** Of the named schemas of the contract. */\nexport const shapes: Readonly<Record<string, Shape>> = ${written(shapes)};\n`,
    `/** The types of events. */\nexport const eventTypes: readonly string[] = ${written(eventTypesOf(document))};\n`,
    `/** The codes of errors by their sentences, for calls whose errors have no code. */\nexport const codes: Readonly<Record<string, string>> = ${written(codesBySentence())};\n`,
  ].join('\n');
}

function answerOf(schemas: readonly (JsonSchema | undefined)[]): Shape | undefined {
  const shapes = new Map(
    schemas
      .filter((schema) => schema !== undefined)
      .map((schema) => [JSON.stringify(schema), shapeOf(schema)]),
  );
  const [first, ...others] = shapes.values();
  return first === undefined || others.length === 0 ? first : { either: [first, ...others] };
}

function shapeOf(schema: JsonSchema): Shape {
  const name = nameOf(schema);
  if (name === 'UserId') return 'id';
  if (name === 'Instant') return 'instant';
  if (name !== undefined) return SPECIAL.some((special) => special === name) ? 'text' : { ref: name };
  const alternatives = alternativesOf(schema);
  if (alternatives !== undefined) return { either: alternatives.map((each) => ofType(each, shapeOf(each))) };
  const { type, const: only, items } = schema;
  if (typeof only === 'string' || typeof only === 'boolean') return { is: only };
  if (type === 'array') return { list: shapeOf(isSchema(items) ? items : {}) };
  const values = valuesOf(schema);
  if (values !== undefined) {
    const shape = shapeOf(values);
    // Data of a program.
    return shape === 'any' ? 'any' : { map: shape };
  }
  const properties = propertiesOf(schema);
  if (properties === undefined) return basic(type);
  // What depends on the version is passed on as it is.
  if (isSchema(schema.additionalProperties)) return 'any';
  return {
    fields: Object.fromEntries(
      properties.map(
        ({ key, name: as, schema: property, isRequired, isMillis, isHidden }): [string, Field] => [
          key,
          isHidden
            ? null
            : { as, shape: isMillis ? 'millis' : shapeOf(property), ...(!isRequired && { optional: true }) },
        ],
      ),
    ),
  };
}

/** The `type` of an alternative tells it from the others. */
function ofType(schema: JsonSchema, shape: Shape): Shape {
  const types = typesIn(schema);
  if (types.length < 2 || typeof shape !== 'object' || !('fields' in shape)) return shape;
  return { fields: { ...shape.fields, type: { as: 'type', shape: { among: types } } } };
}

/** What the property `type` of an object may be. */
function typesIn(schema: JsonSchema): readonly string[] {
  const type = propertiesOf(schema)?.find(({ key }) => key === 'type')?.schema;
  const names: unknown = type?.enum ?? (type?.const === undefined ? [] : [type.const]);
  return Array.isArray(names) ? names.map(String) : [];
}

function eventTypesOf({ components }: OpenApiDocument): readonly string[] {
  return (alternativesOf(components.schemas['Event'] ?? {}) ?? []).flatMap(typesIn);
}

function basic(type: unknown): Shape {
  if (Array.isArray(type)) return { either: type.map(basic) };
  switch (type) {
    case 'string':
      return 'text';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'flag';
    case 'null':
      return 'null';
    default:
      return 'any';
  }
}

function codesBySentence(): Record<string, string> {
  const internal = sentenceFor('HEARTBEAT_INTERNAL');
  const codes: Record<string, string> = { [internal]: 'HEARTBEAT_INTERNAL' };
  for (const code of Object.keys(errorCodes)) if (isCode(code)) codes[sentenceFor(code)] ??= code;
  return codes;
}

function isCode(name: string): name is ErrorCode {
  return Object.hasOwn(errorCodes, name);
}

const LONGEST_LINE = 100;

/** A value as the text of a program. */
function written(value: unknown, indent = ''): string {
  if (value === undefined) return 'undefined';
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
  const inner = `${indent}  `;
  const parts = Object.entries(value).map(
    ([key, each]) => `${isList ? '' : `${/^\w+$/.test(key) ? key : quoted(key)}: `}${written(each, inner)}`,
  );
  const [open, close] = isList ? ['[', ']'] : ['{ ', ' }'];
  if (parts.length === 0) return isList ? '[]' : '{}';
  const line = `${open}${parts.join(', ')}${close}`;
  if (line.length <= LONGEST_LINE && !line.includes('\n')) return line;
  return `${open.trim()}\n${parts.map((part) => `${inner}${part},\n`).join('')}${indent}${close.trim()}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
