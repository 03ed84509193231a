/*
 * How answers are read. `contract/operations.ts` has the shape of each, made from the contract.
 */

import { isRecord } from '../../domain/is-record.js';

/** What a value in an answer is. */
export type Shape =
  | 'text'
  | 'number'
  | 'flag'
  | 'null'
  /** Anything: it is passed on as it is. */
  | 'any'
  /** The id of a user. */
  | 'id'
  /** An instant in seconds, and one in milliseconds. */
  | 'instant'
  | 'millis'
  /** One text and no other. */
  | { readonly is: string | boolean }
  /** One of these texts. */
  | { readonly among: readonly string[] }
  | { readonly list: Shape }
  /** An object whose keys are data. */
  | { readonly map: Shape }
  | { readonly fields: Readonly<Record<string, Field>> }
  /** One of `shapes`. */
  | { readonly ref: string }
  /** The first of these that fits. */
  | { readonly either: readonly Shape[] };

/** A field of an object; null: it is not shown. */
export type Field = { readonly as: string; readonly shape: Shape; readonly optional?: true } | null;

/** A value is not what the contract says. */
export class Mismatch extends Error {
  constructor(place: string) {
    super(`${place === '' ? 'the answer' : place} is not what the contract says`);
  }
}

/** Reads answers: keys in camelCase, instants as `Date`, ids with all their digits. */
export class ShapeReader<Id> {
  readonly #shapes: Readonly<Record<string, Shape>>;
  readonly #readId: (value: string | number | bigint) => Id;

  constructor(shapes: Readonly<Record<string, Shape>>, readId: (value: string | number | bigint) => Id) {
    this.#shapes = shapes;
    this.#readId = readId;
  }

  /** @throws Mismatch */
  read(shape: Shape, value: unknown, place = ''): unknown {
    if (typeof shape === 'object') return this.#readNested(shape, value, place);
    switch (shape) {
      case 'any':
        return plain(value);
      case 'null':
        return value === null ? null : refuse(place);
      case 'text':
        return typeof value === 'string' ? value : refuse(place);
      case 'flag':
        return typeof value === 'boolean' ? value : refuse(place);
      case 'number':
        return numberIn(value, place);
      case 'instant':
        return new Date(numberIn(value, place) * 1000);
      case 'millis':
        return new Date(numberIn(value, place));
      case 'id':
        if (typeof value === 'string' || typeof value === 'bigint') return this.#readId(value);
        return typeof value === 'number' && Number.isSafeInteger(value) ? this.#readId(value) : refuse(place);
    }
  }

  #readNested(shape: Exclude<Shape, string>, value: unknown, place: string): unknown {
    if ('ref' in shape) return this.read(this.#shapes[shape.ref] ?? 'any', value, place);
    if ('is' in shape) return value === shape.is ? value : refuse(place);
    if ('among' in shape)
      return typeof value === 'string' && shape.among.includes(value) ? value : refuse(place);
    if ('list' in shape) {
      if (!Array.isArray(value)) return refuse(place);
      return value.map((each, at) => this.read(shape.list, each, `${place}[${at}]`));
    }
    if ('either' in shape) return this.#readEither(shape.either, value, place);
    if (!isRecord(value)) return refuse(place);
    if ('fields' in shape) return this.#readFields(shape.fields, value, place);
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, this.read(shape.map, each, within(place, key))]),
    );
  }

  #readEither(shapes: readonly Shape[], value: unknown, place: string): unknown {
    for (const shape of shapes) {
      if (!isOfType(shape, value)) continue;
      try {
        return this.read(shape, value, place);
      } catch (error) {
        if (!(error instanceof Mismatch)) throw error;
      }
    }
    return refuse(place);
  }

  #readFields(
    fields: Readonly<Record<string, Field>>,
    value: Readonly<Record<string, unknown>>,
    place: string,
  ): object {
    const entries: [string, unknown][] = [];
    for (const [key, field] of Object.entries(fields)) {
      if (field === null) continue;
      const given = value[key];
      if (given !== undefined) entries.push([field.as, this.read(field.shape, given, within(place, key))]);
      else if (field.optional !== true) refuse(within(place, key));
    }
    // Those of a later daemon.
    for (const [key, given] of Object.entries(value))
      if (!Object.hasOwn(fields, key)) entries.push([camel(key), plain(given)]);
    return Object.fromEntries(entries);
  }
}

/** Whether the `type` of an object is one that the shape has, if it says so. */
function isOfType(shape: Shape, value: unknown): boolean {
  if (typeof shape !== 'object' || !('fields' in shape) || !isRecord(value)) return true;
  const field = shape.fields['type'];
  const type = field?.shape;
  if (typeof type !== 'object') return true;
  if (field?.optional === true && value['type'] === undefined) return true;
  if ('is' in type) return value['type'] === type.is;
  return !('among' in type) || type.among.some((each) => each === value['type']);
}

/** As `JSON.parse` reads it: an integer beyond 2^53 as the nearest number. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

function numberIn(value: unknown, place: string): number {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' ? value : refuse(place);
}

export function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function within(place: string, key: string): string {
  return place === '' ? key : `${place}.${key}`;
}

function refuse(place: string): never {
  throw new Mismatch(place);
}
