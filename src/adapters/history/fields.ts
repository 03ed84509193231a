import type { Instant, Millis } from '../../domain/time.js';
import { parseTextId, type UserId } from '../../domain/user-id.js';
import { COUNT, INSTANT, putInstant, putUser, takeInstant, takeUser } from './binary.js';

/*
 * Records are described field by field. The codecs read and write by these descriptions, and a database's functions
 * that decode records for analysts are made from them.
 */

export interface FieldPlace {
  readonly type: 'user' | 'instant' | 'count' | 'millis' | 'choice' | 'name' | 'text' | 'json';
  /** Its first byte; counted from the end if negative. */
  readonly place: number;
  /** Of a choice: what its byte stands for. */
  readonly names?: readonly string[];
  /** It is left out where the bytes end before it, or where only what is behind it is present: its bytes are `ff` then. */
  readonly isOptional?: true;
}

/** The byte of a field that is left out in front of others. No instant, number or count of a record has only these. */
const ABSENT = 0xff;

/** A field in the key or the value of a record. */
export interface Field<Value> extends FieldPlace {
  readonly put: (to: Buffer, value: Value) => void;
  readonly take: (from: Buffer) => Value;
}

export interface OptionalField<Value> extends FieldPlace {
  readonly put: (to: Buffer, value: Value) => void;
  readonly take: (from: Buffer) => Value | undefined;
}

export function userAt(place: number): Field<UserId> {
  return {
    type: 'user',
    place,
    put: (to, user) => {
      putUser(to, user, place);
    },
    take: (from) => takeUser(from, place),
  };
}

export function instantAt(place: number): Field<Instant> {
  return {
    type: 'instant',
    place,
    put: (to, at) => {
      putInstant(to, at, place);
    },
    take: (from) => takeInstant(from, place),
  };
}

/** Behind something of any length. */
export function instantAtEnd(): Field<Instant> {
  return {
    type: 'instant',
    place: -INSTANT,
    put: (to, at) => {
      putInstant(to, at, to.length - INSTANT);
    },
    take: (from) => takeInstant(from, from.length - INSTANT),
  };
}

export function countAt(place: number): Field<number> {
  return {
    type: 'count',
    place,
    put: (to, count) => {
      to.writeUInt32BE(count, place);
    },
    take: (from) => from.readUInt32BE(place),
  };
}

/** Behind something of any length. */
export function countAtEnd(): Field<number> {
  return {
    type: 'count',
    place: -COUNT,
    put: (to, count) => {
      to.writeUInt32BE(count, to.length - COUNT);
    },
    take: (from) => from.readUInt32BE(from.length - COUNT),
  };
}

export function millisAt(place: number): Field<Millis> {
  return {
    type: 'millis',
    place,
    put: (to, millis) => {
      to.writeDoubleBE(millis, place);
    },
    take: (from) => from.readDoubleBE(place),
  };
}

/** @param names their indexes are on disk: new ones go to the end */
export function choiceAt<Name extends string>(place: number, names: readonly Name[]): Field<Name> {
  return {
    type: 'choice',
    place,
    names,
    put: (to, name) => {
      to[place] = names.indexOf(name);
    },
    take: (from) => {
      const name = names[from[place] ?? -1];
      if (name === undefined) throw new RangeError(`${String(from[place])} stands for nothing`);
      return name;
    },
  };
}

/** Its length goes before it in one byte, so that no name is the beginning of another. */
export function nameAt(place: number): Field<string> {
  return {
    type: 'name',
    place,
    put: (to, name) => {
      to[place] = to.write(name, place + 1);
    },
    take: (from) => from.toString('utf8', place + 1, place + 1 + (from[place] ?? 0)),
  };
}

/** The id of a user that is no integer. */
export function userTextAt(place: number): Field<UserId> {
  const text = nameAt(place);
  return {
    ...text,
    take: (from) => {
      const user = parseTextId(text.take(from));
      if (user === undefined) throw new RangeError('it holds no id of a user');
      return user;
    },
  };
}

/** The rest, in UTF-8. */
export function textAt(place: number): Field<string> {
  return {
    type: 'text',
    place,
    put: (to, text) => {
      to.write(text, place);
    },
    take: (from) => from.toString('utf8', place),
  };
}

/** The rest, as a JSON document in UTF-8. Only its text is put and taken here. */
export function jsonAt(place: number): Field<string> {
  return { ...textAt(place), type: 'json' };
}

/** The bytes of what may be left out. */
export const SIZES: Readonly<Partial<Record<FieldPlace['type'], number>>> = {
  instant: INSTANT,
  millis: 8,
  count: 4,
};

/** A field that may be left out. */
export function optional<Value>({ put, take, ...field }: Field<Value>): OptionalField<Value> {
  const end = field.place + (SIZES[field.type] ?? 0);
  return {
    ...field,
    isOptional: true,
    put,
    take: (from) => (from.length > field.place && !isAbsent(from, field.place, end) ? take(from) : undefined),
  };
}

/** Leaves out the bytes of some fields in front of others. */
export function leaveOut(to: Buffer, from: number, end: number): void {
  to.fill(ABSENT, from, end);
}

function isAbsent(bytes: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (bytes[at] !== ABSENT) return false;
  return end > from;
}
