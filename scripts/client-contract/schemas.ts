import { isSchema, type JsonSchema, type OpenApiDocument } from '../../src/http/contract/openapi.js';

const REFERENCE = '#/components/schemas/';

/** Named schemas that are no types of their own in the client. */
export const SPECIAL = ['UserId', 'UserIdText', 'Instant', 'NodeName', 'AlertId', 'SilenceId'] as const;

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

/** @returns undefined if it is no object with fixed properties */
export function propertiesOf({ properties, required }: JsonSchema): readonly Property[] | undefined {
  if (!isSchema(properties)) return undefined;
  const always: readonly unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([key, schema]) => {
    if (!isSchema(schema)) throw new TypeError(`${key} has no schema`);
    const isMillis = key.endsWith('_ms');
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

/** An answer of an operation that is no error. */
interface Answer {
  readonly status: number;
  /** Undefined if it has no body. */
  readonly schema: JsonSchema | undefined;
}

/** The answers of an operation: those that mean success, and others whose body is no error. */
export function answersOf(responses: Responses): readonly Answer[] {
  return Object.entries(responses)
    .map(([status, { content = {} }]) => ({
      status: Number(status),
      schema: Object.values(content)[0]?.schema,
    }))
    .filter(
      ({ status, schema }) => isSuccess(status) || (schema !== undefined && nameOf(schema) !== 'Error'),
    );
}

type Responses = OpenApiDocument['paths'][string][string]['responses'];

export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}
