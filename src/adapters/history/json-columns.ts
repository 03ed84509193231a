import * as z from 'zod';

/** Milliseconds since 1970. Only what uses this schema itself is taken for an instant. */
export const storedInstant = z.number();

/** A field of the JSON in a record. */
export interface JsonColumn {
  readonly name: string;
  readonly type: 'instant' | 'number' | 'integer' | 'boolean' | 'text' | 'json';
  /** What it is where it is left out. */
  readonly otherwise?: unknown;
}

/** The fields of an object as they are stored, before its schema transforms them. */
export function columnsOf({
  shape,
}: {
  readonly shape: Readonly<Record<string, z.core.$ZodType>>;
}): readonly JsonColumn[] {
  return Object.entries(shape).map(([name, schema]) => columnOf(name, schema));
}

function columnOf(name: string, schema: z.core.$ZodType): JsonColumn {
  if (schema instanceof z.ZodOptional) return columnOf(name, schema.def.innerType);
  if (schema instanceof z.ZodDefault)
    return { ...columnOf(name, schema.def.innerType), otherwise: schema.def.defaultValue };
  if (schema instanceof z.ZodPipe) return columnOf(name, schema.in);
  return { name, type: typeOf(schema) };
}

function typeOf(schema: z.core.$ZodType): JsonColumn['type'] {
  if (schema === storedInstant) return 'instant';
  if (schema instanceof z.ZodNumberFormat) return 'integer';
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodLiteral) return 'boolean';
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return 'text';
  return 'json';
}
