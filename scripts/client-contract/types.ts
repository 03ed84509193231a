import { isSchema, type JsonSchema, type OpenApiDocument } from '../../src/http/contract/openapi.js';
import { WHEN } from '../../src/views/instants.js';
import {
  alternativesOf,
  answersOf,
  baseOf,
  camel,
  chosenIn,
  holdersOfIds,
  nameOf,
  propertiesOf,
  sameAs,
  SPECIAL,
  valuesOf,
} from './schemas.js';

const HEAD = `// Made by scripts/client-contract.ts from the contract that the daemon serves. Do not edit it.
import type { When } from '../when.js';

/** An id of a user that is sent. A number must be a safe integer. */
export type UserIdLike = string | number | bigint;
`;

/** What a field is, and where it stands. */
interface Place {
  readonly isInput: boolean;
  readonly indent: string;
}

/** The types of the client: of all named schemas, and of each operation. */
export function typesOf(document: OpenApiDocument): string {
  const writer = new TypeWriter(document);
  const named = Object.entries(document.components.schemas)
    .filter(([name]) => !SPECIAL.some((special) => special === name))
    .map(([name, schema]) => writer.named(name, schema));
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const answers = operations.map(({ operationId, responses }) => {
    const types = answersOf(responses).map(({ schema }) => writer.answer(schema));
    return `  readonly ${operationId}: ${[...new Set(types)].join(' | ') || 'undefined'};`;
  });
  /** The operations whose query was written, by its text. */
  const written = new Map<string, string>();
  const queries = operations.flatMap(({ operationId, parameters }) => {
    const lines = chosenIn(parameters)
      .map(({ name, required, schema, description }) =>
        writer.line(camel(name), schema, required, description, { isInput: true, indent: '    ' }),
      )
      .join('');
    if (lines === '') return [];
    const same = written.get(lines);
    if (same === undefined) written.set(lines, operationId);
    return [`  readonly ${operationId}: ${same === undefined ? `{\n${lines}  }` : `Queries['${same}']`};`];
  });
  const bodies = operations.flatMap(({ operationId, requestBody }) => {
    const schema = requestBody?.content['application/json']?.schema;
    return schema === undefined
      ? []
      : [`  readonly ${operationId}: ${writer.type(schema, { isInput: true, indent: '  ' })};`];
  });
  return [
    HEAD,
    ...named,
    `/** What each operation answers. */\nexport interface Answers<Id = string> {\n${answers.join('\n')}\n}\n`,
    `/** What can be asked in the query of each operation that has one. */\nexport interface Queries {\n${queries.join('\n')}\n}\n`,
    `/** The body of each operation that has one. */\nexport interface Bodies {\n${bodies.join('\n')}\n}\n`,
  ].join('\n');
}

class TypeWriter {
  readonly #document: OpenApiDocument;
  readonly #holders: ReadonlySet<string>;

  constructor(document: OpenApiDocument) {
    this.#document = document;
    this.#holders = holdersOfIds(document);
  }

  named(name: string, schema: JsonSchema): string {
    const generic = this.#holders.has(name) ? '<Id = string>' : '';
    const place: Place = { isInput: false, indent: '' };
    const base = baseOf(this.#document, schema, name);
    const type =
      base === undefined
        ? this.#unnamed(schema, place)
        : `${this.#reference(base, place)} & ${this.#object(this.#beyond(base, schema), place)}`;
    return `${comment(schema.description, '')}export type ${name}${generic} = ${type};\n`;
  }

  /** What a schema has besides the properties of another one. */
  #beyond(base: string, schema: JsonSchema): JsonSchema {
    const common = new Set(
      (propertiesOf(this.#document.components.schemas[base] ?? {}) ?? []).map(({ key }) => key),
    );
    const properties = isSchema(schema.properties) ? schema.properties : {};
    const others = Object.entries(properties).filter(([key]) => !common.has(key));
    return { ...schema, properties: Object.fromEntries(others) };
  }

  answer(schema: JsonSchema | undefined): string {
    return schema === undefined ? 'undefined' : this.type(schema, { isInput: false, indent: '  ' });
  }

  /** A property, with its description. */
  line(
    name: string,
    schema: JsonSchema,
    isRequired: boolean,
    description: unknown,
    place: Place,
    type = this.type(schema, place),
  ): string {
    const { indent } = place;
    return `${comment(description, indent)}${indent}readonly ${name}${isRequired ? '' : '?'}: ${type};\n`;
  }

  type(schema: JsonSchema, place: Place): string {
    const name = nameOf(schema) ?? sameAs(this.#document, schema);
    return name === undefined ? this.#unnamed(schema, place) : this.#reference(name, place);
  }

  #unnamed(schema: JsonSchema, place: Place): string {
    const alternatives = alternativesOf(schema);
    if (alternatives !== undefined)
      return [...new Set(alternatives.map((each) => this.type(each, place)))].join(' | ');
    const { type, enum: names, const: only, items } = schema;
    if (only !== undefined) return literal(only);
    if (Array.isArray(names)) return names.map(literal).join(' | ');
    if (type === 'array') {
      const item = this.type(isSchema(items) ? items : {}, place);
      return `readonly ${/[ |]/.test(item) ? `(${item})` : item}[]`;
    }
    const values = valuesOf(schema);
    if (values !== undefined) return `Readonly<Record<string, ${this.type(values, place)}>>`;
    if (type === 'object') return this.#object(schema, place);
    if (schema.pattern === WHEN) return 'When';
    return basic(type);
  }

  #reference(name: string, { isInput }: Place): string {
    if (name === 'Instant') return 'Date';
    if (name === 'UserId' || name === 'UserIdText') return isInput ? 'UserIdLike' : 'Id';
    if (name === 'UserIdInAnswer') return 'Id';
    if (SPECIAL.some((special) => special === name)) return 'string';
    return this.#holders.has(name) ? `${name}<Id>` : name;
  }

  #object(schema: JsonSchema, place: Place): string {
    const inner = { ...place, indent: `${place.indent}  ` };
    const lines = (propertiesOf(schema) ?? [])
      .filter(({ isHidden }) => !isHidden)
      .map(({ name, schema: property, isRequired, isMillis }) =>
        this.line(
          name,
          property,
          isRequired,
          isMillis ? undefined : property.description,
          inner,
          isMillis ? 'Date' : this.type(property, inner),
        ),
      );
    // Objects that say so have more properties, whose names depend on the version.
    const others = isSchema(schema.additionalProperties)
      ? [`${inner.indent}readonly [name: string]: unknown;\n`]
      : [];
    return `{\n${[...lines, ...others].join('')}${place.indent}}`;
  }
}

function basic(type: unknown): string {
  if (Array.isArray(type)) return type.map(basic).join(' | ');
  switch (type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    default:
      return 'unknown';
  }
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

function comment(description: unknown, indent: string): string {
  return typeof description === 'string' ? `${indent}/** ${description.replaceAll('\n\n', ' ')} */\n` : '';
}
