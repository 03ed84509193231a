import { errorCodes, type ErrorCode } from '../../src/errors.js';
import { isSchema, type JsonSchema, type OpenApiDocument } from '../../src/http/contract/openapi.js';
import { sentenceFor } from '../../src/views/messages.js';
import type { Field, Shape } from '../../src/client/api/shape.js';
import {
  alternativesOf,
  answersOf,
  baseOf,
  camel,
  chosenIn,
  nameOf,
  propertiesOf,
  isSuccess,
  SPECIAL,
  valuesOf,
} from './schemas.js';

const HEAD = `// Made by scripts/client-contract.ts from the contract that the daemon serves. Do not edit it.
import type { Field, Shape } from '../shape.js';
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
  const shapes = new ShapeMaker(document);
  const operations = Object.fromEntries(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, parameters, responses }]) => [
        operationId,
        {
          method: method.toUpperCase(),
          path,
          query: chosenIn(parameters).map(({ name }) => camel(name)),
          answer: shapes.ofAnswers(answersOf(responses)),
          alsoAnswers: answersOf(responses)
            .map(({ status }) => status)
            .filter((status) => !isSuccess(status)),
        },
      ]),
    ),
  );
  const { named, bases } = shapes.named();
  return [
    HEAD,
    `export const operations: Readonly<Record<keyof Answers, Operation>> = ${written(operations)};\n`,
    ...bases.map(
      ([name, fields]) => `const ${fieldsOf(name)}: Readonly<Record<string, Field>> = ${written(fields)};\n`,
    ),
    `/** Of the named schemas of the contract. */\nexport const shapes: Readonly<Record<string, Shape>> = ${written(named)};\n`,
    `/** The types of events. */\nexport const eventTypes: readonly string[] = ${written(eventTypesOf(document))};\n`,
    `/** The codes of errors by their sentences, for calls whose errors have no code. */\nexport const codes: Readonly<Record<string, string>> = ${written(codesBySentence())};\n`,
  ].join('\n');
}

/** The name of a constant. */
function fieldsOf(schema: string): string {
  return `${schema.charAt(0).toLowerCase()}${schema.slice(1)}Fields`;
}

/** A constant that is written by its name. As the value of a key, its entries take the place of that. */
class Constant {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

type Fields = Readonly<Record<string, Field | Constant>>;

class ShapeMaker {
  readonly #document: OpenApiDocument;

  constructor(document: OpenApiDocument) {
    this.#document = document;
  }

  /** The shapes by the names of the schemas, and the fields of those that others extend, each before the others. */
  named(): {
    readonly named: Readonly<Record<string, unknown>>;
    readonly bases: readonly (readonly [string, Fields])[];
  } {
    const schemas = Object.entries(this.#document.components.schemas).filter(
      ([name]) => !SPECIAL.some((special) => special === name),
    );
    const extended = new Set(schemas.flatMap(([name, schema]) => baseOf(this.#document, schema, name) ?? []));
    const bases = schemas
      .filter(([name]) => extended.has(name))
      .sort(([, one], [, other]) => sizeOf(one) - sizeOf(other))
      .map(([name, schema]) => [name, this.#fieldsOf(name, schema)] as const);
    const named = schemas
      .filter(([, schema]) => typeof this.#unnamed(schema) === 'object')
      .map(([name, schema]): [string, unknown] => [name, this.#ofNamed(name, schema, extended)]);
    return { named: Object.fromEntries(named), bases };
  }

  #ofNamed(name: string, schema: JsonSchema, extended: ReadonlySet<string>): unknown {
    if (extended.has(name)) return { fields: new Constant(fieldsOf(name)) };
    if (baseOf(this.#document, schema, name) === undefined) return this.#unnamed(schema);
    return { fields: this.#fieldsOf(name, schema) };
  }

  /** With the fields of the schema that it extends by their constant. */
  #fieldsOf(name: string, schema: JsonSchema): Fields {
    const all = this.#fields(schema);
    const base = baseOf(this.#document, schema, name);
    if (base === undefined) return all;
    const common = this.#fields(this.#document.components.schemas[base] ?? {});
    const others = Object.entries(all).filter(([key]) => !Object.hasOwn(common, key));
    return { '...': new Constant(fieldsOf(base)), ...Object.fromEntries(others) };
  }

  #fields(schema: JsonSchema): Readonly<Record<string, Field>> {
    return Object.fromEntries(
      (propertiesOf(schema) ?? []).map(
        ({ key, name: as, schema: property, isRequired, isMillis, isHidden }): [string, Field] => [
          key,
          isHidden
            ? null
            : { as, shape: isMillis ? 'millis' : this.of(property), ...(!isRequired && { optional: true }) },
        ],
      ),
    );
  }

  ofAnswers(answers: ReturnType<typeof answersOf>): Shape | undefined {
    const shapes = new Map(
      answers.flatMap(({ schema, isJson }): readonly (readonly [string, Shape])[] => {
        if (schema === undefined) return [];
        return [isJson ? [JSON.stringify(schema), this.of(schema)] : ['', 'text']];
      }),
    );
    const [first, ...others] = shapes.values();
    return first === undefined || others.length === 0 ? first : { either: [first, ...others] };
  }

  of(schema: JsonSchema): Shape {
    const name = nameOf(schema);
    if (name === undefined) return this.#unnamed(schema);
    if (name === 'UserId' || name === 'UserIdInAnswer') return 'id';
    if (name === 'Instant') return 'instant';
    if (SPECIAL.some((special) => special === name)) return 'text';
    const shape = this.#unnamed(this.#document.components.schemas[name] ?? {});
    // A word for it is shorter than its name.
    return typeof shape === 'string' ? shape : { ref: name };
  }

  #unnamed(schema: JsonSchema): Shape {
    const alternatives = alternativesOf(schema);
    if (alternatives !== undefined)
      return {
        either: alternatives.flatMap((each) => {
          const shape = ofType(each, this.of(each));
          return typeof shape === 'object' && 'either' in shape ? shape.either : [shape];
        }),
      };
    const { type, const: only, items } = schema;
    if (typeof only === 'string' || typeof only === 'boolean') return { is: only };
    if (type === 'array') return { list: this.of(isSchema(items) ? items : {}) };
    const values = valuesOf(schema);
    if (values !== undefined) {
      const shape = this.of(values);
      // Data of a program.
      return shape === 'any' ? 'any' : { map: shape };
    }
    if (propertiesOf(schema) === undefined) return basic(type);
    // What depends on the version is passed on as it is.
    return isSchema(schema.additionalProperties) ? 'any' : { fields: this.#fields(schema) };
  }
}

/** A schema has more properties than one that it extends. */
function sizeOf(schema: JsonSchema): number {
  return propertiesOf(schema)?.length ?? 0;
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
  if (value instanceof Constant) return value.name;
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
  const inner = `${indent}  `;
  const parts = Object.entries(value).map(([key, each]) => {
    const text = written(each, inner);
    if (isList) return text;
    return key === '...' ? `...${text}` : `${/^\w+$/.test(key) ? key : quoted(key)}: ${text}`;
  });
  const [open, close] = isList ? ['[', ']'] : ['{ ', ' }'];
  if (parts.length === 0) return isList ? '[]' : '{}';
  const line = `${open}${parts.join(', ')}${close}`;
  if (line.length <= LONGEST_LINE && !line.includes('\n')) return line;
  return `${open.trim()}\n${parts.map((part) => `${inner}${part},\n`).join('')}${indent}${close.trim()}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
