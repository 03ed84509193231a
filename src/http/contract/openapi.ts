import { isRecord } from '../../domain/is-record.js';
import * as z from 'zod';

/** The parts of an OpenAPI 3.1 document that ours has. */

/** JSON Schema 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly license: { readonly name: string; readonly identifier: string };
  };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly security: readonly Requirement[];
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

type PathItem = Readonly<Record<string, OperationObject>>;

type Requirement = Readonly<Record<string, readonly string[]>>;

export interface OperationObject {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Requirement[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
  readonly examples?: Examples;
}

export interface ResponseObject {
  readonly description: string;
  readonly content?: Content;
}

export type Content = Readonly<Record<string, { readonly schema: JsonSchema; readonly examples?: Examples }>>;

/**
 * By name. The parameters, the body and the answer of one example have the same name. A part of a request that the
 * daemon refuses is no `value`: tools offer that to be sent.
 */
export type Examples = Readonly<
  Record<string, { readonly value: unknown } | { readonly 'x-refused-value': unknown }>
>;

/** Whether the daemon refuses what it is part of. */
export function isRefused(example: Examples[string] | undefined): boolean {
  return example !== undefined && 'x-refused-value' in example;
}

/** What an example sends, or shows. */
export function valueIn(example: Examples[string] | undefined): unknown {
  if (example === undefined) return undefined;
  return 'value' in example ? example.value : example['x-refused-value'];
}

/** Converts zod schemas to JSON Schema, and collects those with a name. */
export class Schemas {
  readonly #named = new Map<string, JsonSchema>();

  get named(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#named].sort(([one], [other]) => one.localeCompare(other)));
  }

  /** @param io the schema before parsing, or after it */
  of(type: z.ZodType, io: 'input' | 'output'): JsonSchema {
    // Inside an object: zod refers to a named schema only below the top level.
    const whole = z.toJSONSchema(z.object({ it: type }), { io, unrepresentable: 'any' });
    for (const [name, schema] of Object.entries(whole.$defs ?? {})) {
      this.#named.set(name, withReferences(schema));
    }
    return withReferences(whole.properties?.['it']);
  }
}

function withReferences(schema: unknown): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  const read: unknown = JSON.parse(text);
  return isSchema(read) ? read : {};
}

export function isSchema(value: unknown): value is JsonSchema {
  return isRecord(value);
}
