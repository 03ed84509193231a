import { INSTANT, INSTANT_SHIFT, USER } from '../history/binary.js';
import { CHECKSUM, CHECKSUM_TABLE } from '../history/checksum.js';

/** Not inlined: loops, and what raises. */
const CHECKED = 'immutable parallel safe language plpgsql';
const INLINED = 'immutable parallel safe language sql';
/** Adding an interval is stable only, and an immutable function of it would not be inlined. */
export const STABLE = 'stable parallel safe language sql';

/** What decodes the fields of a record, and checks its checksum. */
export const BASICS = `
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

/** The big-endian integer of some bytes. */
function integerSql(bytes: string, place: string, size: number): string {
  return Array.from(
    { length: size },
    (_, at) => `(get_byte(${bytes}, ${place} + ${String(at)})::bigint << ${String(8 * (size - 1 - at))})`,
  ).join(' | ');
}

function tableSql(): string {
  return `'{${CHECKSUM_TABLE.join(',')}}'::integer[]`;
}
