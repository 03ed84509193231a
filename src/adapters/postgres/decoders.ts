import { alertRecord } from '../history/alert-codec.js';
import { INSTANT } from '../history/binary.js';
import { nodeRecord, statusRecord } from '../history/node-codec.js';
import { flipRecord } from '../history/node-past-codec.js';
import { pingRecord } from '../history/ping-codec.js';
import { openRecord, sessionRecord, textOpenRecord, textSessionRecord } from '../history/session-codec.js';
import { BASICS, STABLE } from './decoder-basics.js';
import { column, jsonColumn, type Column } from './decoder-columns.js';

/*
 * Functions of the database that decode records for analysts, made from the descriptions that the codecs work by. A
 * record whose checksum is wrong fails the query: a row less, or a notice, would be overlooked.
 */

const BYTES_OF_NAME = 255;
/** Behind every key that begins with the same bytes, an instant included. */
const LAST = `'\\x${'ff'.repeat(INSTANT + 1)}'::bytea`;

/** Of integers and of texts. */
const SESSIONS = [sessionRecord, textSessionRecord].map(({ kind, key, value }) => ({
  kind,
  columns: [
    column('user_id', key.user, 'key'),
    column('online_at', key.onlineAt, 'key'),
    column('offline_at', value.offlineAt, 'value'),
  ],
}));
const OPEN_SESSIONS = [openRecord, textOpenRecord].map(({ kind, key, value }) => ({
  kind,
  columns: [
    column('user_id', key.user, 'key'),
    column('online_at', value.onlineAt, 'value'),
    { name: 'offline_at', type: 'timestamptz', sql: 'null' },
  ],
}));
const [{ columns: SESSION_COLUMNS } = { columns: [] }] = SESSIONS;
const NODE_COLUMNS = [
  column('name', nodeRecord.key.name, 'key'),
  column('state', statusRecord.value.state, 'status'),
  column('retries', statusRecord.value.retries, 'status'),
  column('since', statusRecord.value.since, 'status'),
  column('last_heartbeat', statusRecord.value.lastHeartbeat, 'status'),
  column('mean', statusRecord.value.mean, 'status'),
  column('deviation', statusRecord.value.deviation, 'status'),
  column('samples', statusRecord.value.samples, 'status'),
  column('expected', statusRecord.value.expected, 'status'),
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
const PING_COLUMNS = [
  column('node', pingRecord.key.node, 'key'),
  column('n', pingRecord.key.n, 'key'),
  ...pingRecord.json.map(jsonColumn),
];
const ALERT_COLUMNS = alertRecord.json.map(jsonColumn);

/** Null for a text that is no integer, and then no key is within. */
const INTEGER_KEY = `case when $1 ~ '^(0|-?[1-9][0-9]{0,18})$' then
      case when $1::numeric between -9223372036854775808 and 9223372036854775807
        then int8send($1::bigint # (-9223372036854775808)) end end`;
const NAME_KEY = "set_byte('\\x00', 0, octet_length(convert_to($1, 'UTF8'))) || convert_to($1, 'UTF8')";

/** What `initSchema` makes besides the tables. */
export const DECODERS = [
  BASICS,
  makeFunction(
    'sessions',
    '',
    SESSION_COLUMNS,
    [...SESSIONS, ...OPEN_SESSIONS]
      .map(({ kind, columns }) => `select ${listed(columns)} from ${records(kind)}`)
      .join('\n    union all\n    '),
  ),
  makeFunction(
    'sessions',
    'user_id text',
    SESSION_COLUMNS,
    [...SESSIONS, ...OPEN_SESSIONS].map(ofUser).join('\n    union all\n    '),
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
  makeFunction('pings', '', PING_COLUMNS, pingsIn(records(pingRecord.kind))),
  makeFunction(
    'pings',
    'name text',
    PING_COLUMNS,
    pingsIn(`${records(pingRecord.kind, NAME_KEY)}
      and octet_length(convert_to($1, 'UTF8')) <= ${String(BYTES_OF_NAME)}`),
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

function pingsIn(found: string): string {
  return `select ${listed(PING_COLUMNS)} from (
      select key, heartbeat.decode_json(value) as json from ${found} offset 0
    ) as read where json is not null`;
}

function makeFunction(name: string, given: string, columns: readonly Column[], body: string): string {
  const table = columns.map((each) => `"${each.name}" ${each.type}`).join(', ');
  return `
  create or replace function heartbeat.${name}(${given}) returns table (${table}) ${STABLE} as $$
    ${body}
  $$;`;
}

function ofUser({ kind, columns }: { readonly kind: number; readonly columns: readonly Column[] }): string {
  const isOfText = kind === textSessionRecord.kind || kind === textOpenRecord.kind;
  return `select ${listed(columns)} from ${records(kind, isOfText ? NAME_KEY : INTEGER_KEY)}
    and octet_length(convert_to($1, 'UTF8')) <= ${String(BYTES_OF_NAME)}`;
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

function byteSql(byte: number): string {
  return `'\\x${byte.toString(16).padStart(2, '0')}'::bytea`;
}
