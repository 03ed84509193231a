import { HeartbeatError } from '../../errors.js';
import { DECODERS } from './decoders.js';
import type { Primary } from './primary.js';

/** The version of the tables. What is in them has its own (`../history/format.ts`). */
const VERSION = 1;
/** Two of them at once would both create the schema. */
const LOCK = 0x48_42;

/*
 * A partition is what one writer writes: `epoch` counts its owners, and `seq` the batches of the present one. A record
 * belongs to one partition. The row that a daemon renews is in a table of its own, so that no commit holds it up.
 * Records of open sessions, statuses and the watermark are replaced again and again: pages keep room for that, and what
 * is dead is removed early.
 */
const TABLES = `
  select pg_advisory_xact_lock(${String(LOCK)});
  create schema if not exists heartbeat;
  create table if not exists heartbeat.format (
    is_only boolean primary key default true check (is_only),
    version integer not null
  );
  create table if not exists heartbeat.partition (
    id smallint primary key generated always as identity,
    name text not null unique,
    epoch bigint not null,
    seq bigint not null,
    owner text not null
  ) with (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
  create table if not exists heartbeat.daemon (
    partition text primary key,
    incarnation text not null,
    renewed_at timestamptz not null
  ) with (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
  create table if not exists heartbeat.record (
    partition smallint not null,
    key bytea not null,
    value bytea not null,
    primary key (partition, key)
  ) with (
    fillfactor = 85,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.05,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.05
  );
  ${DECODERS}
  insert into heartbeat.format (version) values (${String(VERSION)}) on conflict do nothing`;

/**
 * Creates the tables, if they are not there yet. The functions are replaced in any case, since those of an older daemon
 * may decode less.
 *
 * @returns whether it created the tables
 * @throws HeartbeatError `HEARTBEAT_STORE_TOO_NEW`
 */
export async function initSchema(primary: Primary, place: string): Promise<boolean> {
  const version = await readVersion(primary);
  refuseNewer(version, place);
  // Several statements in one message are one transaction.
  await primary.query({ text: TABLES });
  return version === undefined;
}

/** @throws HeartbeatError if there are none, or newer ones */
export async function checkSchema(primary: Primary, place: string): Promise<void> {
  const version = await readVersion(primary);
  refuseNewer(version, place);
  if (version === undefined)
    throw new HeartbeatError(
      'HEARTBEAT_STORE_EMPTY',
      `the database ${place} has no tables of Heartbeat: create them with heartbeat store init, and the same options`,
    );
}

function refuseNewer(version: number | undefined, place: string): void {
  if (version === undefined || version <= VERSION) return;
  throw new HeartbeatError(
    'HEARTBEAT_STORE_TOO_NEW',
    `the tables in ${place} have version ${String(version)}, and this daemon knows ${String(VERSION)}: ` +
      'start the newer daemon that made them, or choose another store',
  );
}

async function readVersion(primary: Primary): Promise<number | undefined> {
  const { rows: tables } = await primary.query<{ readonly exists: boolean }>({
    text: "select to_regclass('heartbeat.format') is not null as exists",
  });
  if (tables[0]?.exists !== true) return undefined;
  const { rows } = await primary.query<{ readonly version: number }>({
    text: 'select version from heartbeat.format',
  });
  return rows[0]?.version;
}
