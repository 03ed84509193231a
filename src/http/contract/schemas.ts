import { z } from 'zod';
import type { JsonSchema } from './openapi.js';

/** Makes JSON Schemas of zod's, and gathers those that have a name. */
export class Schemas {
  readonly #named = new Map<string, JsonSchema>();

  get named(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#named].sort(([one], [other]) => one.localeCompare(other)));
  }

  /** @param io whether it is shown as it is sent, or as it is read and answered */
  of(type: z.ZodType, io: 'input' | 'output'): JsonSchema {
    // In an object, since what has a name is not referred to where it stands alone.
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
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
