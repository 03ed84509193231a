import { alertRecord } from '../history/alert-codec.js';
import { INSTANT, INSTANT_SHIFT, USER } from '../history/binary.js';
import { CHECKSUM, CHECKSUM_TABLE } from '../history/checksum.js';
import type { FieldPlace } from '../history/fields.js';
import type { JsonColumn } from '../history/json-columns.js';
import { nodeRecord, statusRecord } from '../history/node-codec.js';
import { flipRecord } from '../history/node-past-codec.js';
import { openRecord, sessionRecord } from '../history/session-codec.js';

/*
 * Functions of the database that decode records for analysts, made from the descriptions that the codecs work by. A
 * record whose checksum is wrong fails the query: a row less, or a notice, would be overlooked.
 */

/** A column of a function: its type, and the expression that makes it of `key`, `value`, `status` or `json`. */
interface Column {
  readonly name: string;
  readonly type: string;
  readonly sql: string;
}

const BYTES_OF_NAME = 255;
/** Behind every key that begins with the same bytes, an instant included. */
const LAST = `'\\x${'ff'.repeat(INSTANT + 1)}'::bytea`;

/** Not inlined: loops, and what raises. */
const CHECKED = 'immutable parallel safe language plpgsql';
const INLINED = 'immutable parallel safe language sql';
/** Adding an interval is stable only, and an immutable function of it would not be inlined. */
const STABLE = 'stable parallel safe language sql';

const BASICS = `
  create or replace function heartbeat.unsealed(key bytea, stored bytea) returns bytea ${CHECKED} as $$
  declare
    value constant bytea := substr(stored, 1, greatest(octet_length(stored) - ${String(CHECKSUM)}, 0));
    sum integer := -1;
  begin
    for at in 0 .. octet_length(key) - 1 loop
      sum := ((sum >> 8) & 16777215) # (${tableSql()})[((sum # get_byte(key, at)) & 255) + 1];
    end loop;
    for at in 0 .. coalesce(octet_length(value), 0) - 1 loop
      sum := ((sum >> 8) & 16777215) # (${tableSql()})[((sum # get_byte(value, at)) & 255) + 1];
    end loop;
    if stored is null or substr(stored, octet_length(value) + 1) <> int4send(~sum) then
      raise exception 'a record of Heartbeat is damaged: restore the database from a backup'
        using errcode = 'data_corrupted', detail = 'Its key is ' || key::text || '.';
    end if;
    return value;
  end $$;

  create or replace function heartbeat.decode_choice(names text[], index integer) returns text ${CHECKED} as $$
  begin
    if names[index + 1] is null then
      raise exception '% stands for none of %', index, names using errcode = 'data_corrupted';
    end if;
    return names[index + 1];
  end $$;

  create or replace function heartbeat.decode_text(bytes bytea) returns text ${CHECKED} as $$
  declare
    rest bytea := bytes;
    nul integer := position('\\x00'::bytea in bytes);
  begin
    while nul > 0 loop
      rest := overlay(rest placing '\\xefbfbd'::bytea from nul for 1);
      nul := position('\\x00'::bytea in rest);
    end loop;
    return convert_from(rest, 'UTF8');
  end $$;

  create or replace function heartbeat.decode_json(bytes bytea) returns jsonb ${CHECKED} as $$
  declare
    json constant text := convert_from(bytes, 'UTF8');
  begin
    if json !~ '\\\\u(0000|d[89a-f])' then return json::jsonb; end if;
    return regexp_replace(json, '(?<!\\\\)((?:\\\\\\\\)*)\\\\u(?:0000|d[89a-f]..)', '\\1\\\\ufffd', 'g')::jsonb;
  end $$;

  create or replace function heartbeat.decode_millis(bytes bytea, place integer) returns float8 ${CHECKED} as $$
  declare
    bits constant bigint := ${integerSql('bytes', 'place', 8)};
    sign constant float8 := case when bits < 0 then -1 else 1 end;
    exponent constant integer := (bits >> 52) & 2047;
    fraction constant bigint := bits & ${String(2 ** 52 - 1)};
  begin
    if exponent = 2047 then
      return sign * case when fraction = 0 then float8 'Infinity' else float8 'NaN' end;
    end if;
    return sign * (fraction + case when exponent = 0 then 0 else ${String(2 ** 52)} end)
      * power(2::float8, greatest(exponent, 1) - 1075);
  end $$;

  create or replace function heartbeat.instant(millis bigint) returns timestamptz ${STABLE} as $$
    select to_timestamp(millis / 1000) + (millis % 1000) * interval '1 millisecond'
  $$;

  create or replace function heartbeat.decode_instant(bytes bytea, place integer) returns timestamptz ${STABLE} as $$
    select heartbeat.instant((${integerSql('bytes', 'place', INSTANT)}) - ${String(INSTANT_SHIFT)})
  $$;

  create or replace function heartbeat.decode_user(bytes bytea, place integer) returns text ${INLINED} as $$
    select ((${integerSql('bytes', 'place', USER)}) # (-9223372036854775808))::text
  $$;

  create or replace function heartbeat.decode_count(bytes bytea, place integer) returns bigint ${INLINED} as $$
    select ${integerSql('bytes', 'place', 4)}
  $$;`;

const SESSION_COLUMNS = [
  column('user_id', sessionRecord.key.user, 'key'),
  column('online_at', sessionRecord.key.onlineAt, 'key'),
  column('offline_at', sessionRecord.value.offlineAt, 'value'),
];
const OPEN_COLUMNS = [
  column('user_id', openRecord.key.user, 'key'),
  column('online_at', openRecord.value.onlineAt, 'value'),
  { name: 'offline_at', type: 'timestamptz', sql: 'null' },
];
const NODE_COLUMNS = [
  column('name', nodeRecord.key.name, 'key'),
  column('state', statusRecord.value.state, 'status'),
  column('retries', statusRecord.value.retries, 'status'),
  column('since', statusRecord.value.since, 'status'),
  column('last_heartbeat', statusRecord.value.lastHeartbeat, 'status'),
  column('mean', statusRecord.value.mean, 'status'),
  column('deviation', statusRecord.value.deviation, 'status'),
  column('samples', statusRecord.value.samples, 'status'),
  ...nodeRecord.json.map(jsonColumn),
];
const FLIP_COLUMNS = [
  column('node', flipRecord.key.node, 'key'),
  column('from_state', flipRecord.value.from, 'value'),
  column('to_state', flipRecord.value.to, 'value'),
  column('at', flipRecord.key.at, 'key'),
  column('cause', flipRecord.value.cause, 'value'),
  column('retries', flipRecord.value.retries, 'value'),
  column('blind', flipRecord.value.blind, 'value'),
  column('reason', flipRecord.value.reason, 'value'),
];
const ALERT_COLUMNS = alertRecord.json.map(jsonColumn);

const USER_KEY = 'int8send($1::bigint # (-9223372036854775808))';
const NAME_KEY = "set_byte('\\x00', 0, octet_length(convert_to($1, 'UTF8'))) || convert_to($1, 'UTF8')";

/** What `initSchema` makes besides the tables. */
export const DECODERS = [
  BASICS,
  makeFunction(
    'sessions',
    '',
    SESSION_COLUMNS,
    `select ${listed(SESSION_COLUMNS)} from ${records(sessionRecord.kind)}
    union all
    select ${listed(OPEN_COLUMNS)} from ${records(openRecord.kind)}`,
  ),
  makeFunction(
    'sessions',
    'user_id text',
    SESSION_COLUMNS,
    `select ${listed(SESSION_COLUMNS)} from ${records(sessionRecord.kind, USER_KEY)}
    union all
    select ${listed(OPEN_COLUMNS)} from ${records(openRecord.kind, USER_KEY)}`,
  ),
  makeFunction(
    'nodes',
    '',
    NODE_COLUMNS,
    `select ${listed(NODE_COLUMNS)} from (
      select node.key, heartbeat.decode_json(heartbeat.unsealed(node.key, node.value)) as json,
        heartbeat.unsealed(${byteSql(statusRecord.kind)} || substr(node.key, 2), status.value) as status
      from heartbeat.partition cross join lateral (
        select key, value from heartbeat.record
        where partition = partition.id and ${within(nodeRecord.kind)} offset 0
      ) as node
      left join heartbeat.record as status
        on status.partition = partition.id and status.key = ${byteSql(statusRecord.kind)} || substr(node.key, 2)
      offset 0
    ) as found where json is not null and status is not null`,
  ),
  makeFunction('flips', '', FLIP_COLUMNS, `select ${listed(FLIP_COLUMNS)} from ${records(flipRecord.kind)}`),
  makeFunction(
    'flips',
    'name text',
    FLIP_COLUMNS,
    `select ${listed(FLIP_COLUMNS)} from ${records(flipRecord.kind, NAME_KEY)}
    and octet_length(convert_to($1, 'UTF8')) <= ${String(BYTES_OF_NAME)}`,
  ),
  makeFunction(
    'alerts',
    '',
    ALERT_COLUMNS,
    `select ${listed(ALERT_COLUMNS)} from (
      select ${column('json', alertRecord.value.json, 'value').sql} as json from ${records(alertRecord.kind)} offset 0
    ) as read where json is not null`,
  ),
].join('\n');

function makeFunction(name: string, given: string, columns: readonly Column[], body: string): string {
  const table = columns.map((each) => `"${each.name}" ${each.type}`).join(', ');
  return `
  create or replace function heartbeat.${name}(${given}) returns table (${table}) ${STABLE} as $$
    ${body}
  $$;`;
}

function listed(columns: readonly Column[]): string {
  return columns.map(({ sql }) => sql).join(', ');
}

/**
 * The key and the value of each record of a kind. `offset 0` keeps the planner from computing a checksum for each column,
 * and from reading the whole table where it expects much; with `is not null` it is computed for a query that uses the key
 * alone, too.
 */
function records(kind: number, prefix?: string): string {
  return `(
      select record.key, heartbeat.unsealed(record.key, record.value) as value
      from heartbeat.partition cross join lateral (
        select key, value from heartbeat.record
        where partition = partition.id and ${within(kind, prefix)} offset 0
      ) as record
      offset 0
    ) as found where value is not null`;
}

/** @param prefix what the keys begin with, behind their kind */
function within(kind: number, prefix?: string): string {
  if (prefix === undefined) return `key >= ${byteSql(kind)} and key < ${byteSql(kind + 1)}`;
  const from = `${byteSql(kind)} || ${prefix}`;
  return `key >= ${from} and key < ${from} || ${LAST}`;
}

function column(name: string, { type, place, names, isOptional }: FieldPlace, bytes: string): Column {
  const from = place < 0 ? `octet_length(${bytes}) - ${String(-place)}` : String(place);
  const { type: sqlType, sql } = decoded(type, bytes, from, names);
  return {
    name,
    type: sqlType,
    sql: isOptional === true ? `case when octet_length(${bytes}) > ${from} then ${sql} end` : sql,
  };
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

function jsonColumn({ name, type, otherwise }: JsonColumn): Column {
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

/** The big-endian integer of some bytes. */
function integerSql(bytes: string, place: string, size: number): string {
  return Array.from(
    { length: size },
    (_, at) => `(get_byte(${bytes}, ${place} + ${String(at)})::bigint << ${String(8 * (size - 1 - at))})`,
  ).join(' | ');
}

function byteSql(byte: number): string {
  return `'\\x${byte.toString(16).padStart(2, '0')}'::bytea`;
}

function tableSql(): string {
  return `'{${CHECKSUM_TABLE.join(',')}}'::integer[]`;
}
