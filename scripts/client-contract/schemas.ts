import {
  isSchema,
  type JsonSchema,
  type OpenApiDocument,
  type Parameter,
} from '../../src/http/contract/openapi.js';

const REFERENCE = '#/components/schemas/';

/** Named schemas that are no types of their own in the client. */
export const SPECIAL = [
  'UserId',
  'UserIdText',
  'UserIdInAnswer',
  'Instant',
  'NodeName',
  'AlertId',
  'SilenceId',
] as const;

export function nameOf({ $ref }: JsonSchema): string | undefined {
  return typeof $ref === 'string' ? $ref.slice(REFERENCE.length) : undefined;
}

/** The alternatives of a schema; undefined if it has none. */
export function alternativesOf({ anyOf, oneOf }: JsonSchema): readonly JsonSchema[] | undefined {
  const list = anyOf ?? oneOf;
  return Array.isArray(list) ? list.filter(isSchema) : undefined;
}

/** A property of an object. */
export interface Property {
  /** In JSON. */
  readonly key: string;
  /** In the client. */
  readonly name: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
  /** It holds milliseconds of an instant. */
  readonly isMillis: boolean;
  /** Another property tells the same more exactly. */
  readonly isHidden: boolean;
}

/** Milliseconds, and no instant. */
const DURATIONS: ReadonlySet<string> = new Set(['max_ms']);

/** @returns undefined if it is no object with fixed properties */
export function propertiesOf({ properties, required }: JsonSchema): readonly Property[] | undefined {
  if (!isSchema(properties)) return undefined;
  const always: readonly unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([key, schema]) => {
    if (!isSchema(schema)) throw new TypeError(`${key} has no schema`);
    const isMillis = key.endsWith('_ms') && !DURATIONS.has(key);
    if (isMillis && key !== 'at_ms') throw new TypeError(`${key}: say here whether it is an instant`);
    return {
      key,
      name: camel(isMillis ? key.slice(0, -'_ms'.length) : key),
      schema,
      isRequired: always.includes(key),
      isMillis,
      isHidden: Object.hasOwn(properties, `${key}_ms`),
    };
  });
}

/** Of an object whose keys are data. @returns undefined if it is none */
export function valuesOf({ type, properties, additionalProperties }: JsonSchema): JsonSchema | undefined {
  if (type !== 'object' || properties !== undefined) return undefined;
  return isSchema(additionalProperties) ? additionalProperties : {};
}

export function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The parameters of a query that a program can choose: the client reads all digits of ids by itself. */
export function chosenIn(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.filter((parameter) => parameter.in === 'query' && parameter.name !== 'ids');
}

/** The names of the schemas that hold an id of a user. */
export function holdersOfIds({ components }: OpenApiDocument): ReadonlySet<string> {
  const holders = new Set<string>(['UserId']);
  for (let before = 0; before < holders.size;) {
    before = holders.size;
    for (const [name, schema] of Object.entries(components.schemas)) {
      const text = JSON.stringify(schema);
      if ([...holders].some((holder) => text.includes(`"${REFERENCE}${holder}"`))) holders.add(name);
    }
  }
  return holders;
}

/** A schema that extends another one needs so many properties in common with it: fewer are a coincidence. */
const FEWEST_IN_COMMON = 5;

/**
 * The named schema that has most of the properties of an object, and no others.
 *
 * @param own the name of the schema itself
 */
export function baseOf(
  { components }: OpenApiDocument,
  schema: JsonSchema,
  own: string | undefined,
): string | undefined {
  const texts = new Set(propertyTexts(schema));
  const [base] = Object.entries(components.schemas)
    .filter(([name]) => name !== own)
    .map(([name, each]) => ({ name, texts: propertyTexts(each) }))
    .filter((each) => each.texts.length >= FEWEST_IN_COMMON && each.texts.length < texts.size)
    .filter((each) => each.texts.every((text) => texts.has(text)))
    .sort((one, other) => other.texts.length - one.texts.length);
  return base?.name;
}

function propertyTexts(schema: JsonSchema): readonly string[] {
  return (propertiesOf(schema) ?? []).map((property) => JSON.stringify(property));
}

/** The name of a schema that says the same as this one. */
export function sameAs({ components }: OpenApiDocument, schema: JsonSchema): string | undefined {
  const text = withoutDescription(schema);
  const [found] = Object.entries(components.schemas).filter(
    ([, each]) => Array.isArray(each.enum) && withoutDescription(each) === text,
  );
  return found?.[0];
}

function withoutDescription({ description: _, ...schema }: JsonSchema): string {
  return JSON.stringify(schema);
}

/** An answer of an operation that is no error. */
interface Answer {
  readonly status: number;
  /** Undefined if it has no body. */
  readonly schema: JsonSchema | undefined;
  /** Whether its body is JSON. */
  readonly isJson: boolean;
}

/**
 * The answers of an operation: those that mean success, and others whose body is no error. A word in plain text that
 * does not mean success is an error.
 */
export function answersOf(responses: Responses): readonly Answer[] {
  return Object.entries(responses)
    .map(([status, { content = {} }]) => ({
      status: Number(status),
      schema: Object.values(content)[0]?.schema,
      isJson: Object.keys(content)[0] === 'application/json',
    }))
    .filter(
      ({ status, schema, isJson }) =>
        isSuccess(status) || (isJson && schema !== undefined && nameOf(schema) !== 'Error'),
    );
}

type Responses = OpenApiDocument['paths'][string][string]['responses'];

export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}
