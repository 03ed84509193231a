import { SIZES, type FieldPlace } from '../history/fields.js';
import type { JsonColumn } from '../history/json-columns.js';

/** A column of a function: its type, and the expression that makes it of `key`, `value`, `status` or `json`. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly sql: string;
}

/** @param bytes the key or the value that has the field */
export function column(name: string, { type, place, names, isOptional }: FieldPlace, bytes: string): Column {
  const from = place < 0 ? `octet_length(${bytes}) - ${String(-place)}` : String(place);
  const { type: sqlType, sql } = decoded(type, bytes, from, names);
  return {
    name,
    type: sqlType,
    sql: isOptional === true ? `case when ${presence(type, bytes, from)} then ${sql} end` : sql,
  };
}

function presence(type: FieldPlace['type'], bytes: string, from: string): string {
  const isWithin = `octet_length(${bytes}) > ${from}`;
  const size = SIZES[type];
  if (size === undefined) return isWithin;
  return `${isWithin} and substr(${bytes}, ${from} + 1, ${size}) <> '\\x${'ff'.repeat(size)}'::bytea`;
}

function decoded(
  type: FieldPlace['type'],
  bytes: string,
  place: string,
  names: readonly string[] = [],
): Pick<Column, 'type' | 'sql'> {
  switch (type) {
    case 'user':
      return { type: 'text', sql: `heartbeat.decode_user(${bytes}, ${place})` };
    case 'instant':
      return { type: 'timestamptz', sql: `heartbeat.decode_instant(${bytes}, ${place})` };
    case 'count':
      return { type: 'bigint', sql: `heartbeat.decode_count(${bytes}, ${place})` };
    case 'millis':
      return { type: 'float8', sql: `heartbeat.decode_millis(${bytes}, ${place})` };
    case 'choice':
      return {
        type: 'text',
        sql: `heartbeat.decode_choice('{${names.join(',')}}', get_byte(${bytes}, ${place}))`,
      };
    case 'name':
      return {
        type: 'text',
        sql: `heartbeat.decode_text(substr(${bytes}, ${place} + 2, get_byte(${bytes}, ${place})))`,
      };
    case 'text':
      return { type: 'text', sql: `heartbeat.decode_text(substr(${bytes}, ${place} + 1))` };
    case 'json':
      return { type: 'jsonb', sql: `heartbeat.decode_json(substr(${bytes}, ${place} + 1))` };
  }
}

export function jsonColumn({ name, type, otherwise }: JsonColumn): Column {
  const text = `json ->> '${name}'`;
  switch (type) {
    case 'instant':
      return { name, type: 'timestamptz', sql: `heartbeat.instant((${text})::bigint)` };
    case 'integer':
      return { name, type: 'bigint', sql: `(${text})::bigint` };
    case 'number':
      return { name, type: 'float8', sql: `(${text})::float8` };
    case 'boolean':
      return { name, type: 'boolean', sql: `coalesce((${text})::boolean, false)` };
    case 'text':
      return { name, type: 'text', sql: text };
    case 'json': {
      const sql = `json -> '${name}'`;
      if (otherwise === undefined) return { name, type: 'jsonb', sql };
      return { name, type: 'jsonb', sql: `coalesce(${sql}, '${JSON.stringify(otherwise)}')` };
    }
  }
}
