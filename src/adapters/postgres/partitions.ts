import { HeartbeatError } from '../../errors.js';
import { FORMAT_KEY, MEMBERSHIP_KEY, VERSION_KEY } from '../history/format.js';
import type { Primary } from './primary.js';

/** The only partition of a daemon. */
const ALL = 'all';

/** A partition that was used with another number of them. */
const OTHER = `select name from heartbeat.partition p
  where split_part(name, '/', 1) <> split_part($1, '/', 1)
    and exists (select 1 from heartbeat.record r where r.partition = p.id and r.key not in ($2, $3, $4))
  limit 1`;

/** The name of a partition. It says into how many the users are divided. */
export function partitionName(partitions: number, id: string | undefined): string {
  return id === undefined ? ALL : `${String(partitions)}/${id}`;
}

/**
 * Refuses a store that was used with another number of partitions, since the others would look for users where they are
 * not. What a failed start has left behind does not count.
 *
 * @param name of the own partition
 * @throws HeartbeatError `HEARTBEAT_WRONG_PARTITIONS`
 */
export async function refuseOtherPartitions(primary: Primary, name: string, place: string): Promise<void> {
  // What a history holds that nobody has used yet.
  const values = [name, VERSION_KEY, FORMAT_KEY, MEMBERSHIP_KEY];
  const { rows } = await primary.query<{ readonly name: string }>({ text: OTHER, values });
  const [other] = rows;
  if (other !== undefined) throw wrongPartitions(place, other.name);
}

function wrongPartitions(place: string, used: string): HeartbeatError {
  const [number] = used.split('/');
  const [holds, right] =
    used === ALL ? ['no partitions', '1'] : [`${String(number)} partitions`, String(number)];
  return new HeartbeatError(
    'HEARTBEAT_WRONG_PARTITIONS',
    `${place} was used with ${holds}: set partitions to ${right}, or choose another store`,
  );
}
