import { randomUUID } from 'node:crypto';
import { HeartbeatError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import { unsealed } from '../history/checksum.js';
import { MEMBERSHIP_KEY } from '../history/format.js';
import { membershipFrom } from '../history/meta.js';
import { refuseOtherPartitions } from './partitions.js';
import { patiently } from './patiently.js';
import { postgresOpenError } from './postgres-errors.js';
import { shownUrl, type PostgresAddress } from './postgres-url.js';
import { Primary } from './primary.js';
import { checkSchema } from './schema.js';

/** Of one of the partitions: they may have been made by a daemon that stood alone. */
const MARK = `select r.value from heartbeat.record r join heartbeat.partition p on p.id = r.partition
  where split_part(p.name, '/', 1) = $1 and r.key = $2 limit 1`;

/** The first member chooses it. Its row is a partition of which nobody is the owner, and in which nothing is stored. */
const CHOOSE = `insert into heartbeat.partition as p (name, epoch, seq, owner) values ($1, 0, 0, $2)
  on conflict (name) do update set seq = p.seq returning owner`;

const OTHER = `select name from heartbeat.partition
  where split_part(name, '/', 2) = 'set' and name <> $1 limit 1`;

/**
 * The id of the partitions in a database that were made together: the same for all members of a cluster.
 *
 * @param partitions into how many the users are divided
 * @throws HeartbeatError if the database cannot be used, or was made with another number of partitions
 */
export async function partitionSet(
  address: PostgresAddress,
  partitions: number,
  clock: Pick<Clock, 'after'>,
): Promise<string> {
  const place = shownUrl(address);
  try {
    const primary = await Primary.connect(address);
    try {
      const asked = <Answer>(work: () => Promise<Answer>): Promise<Answer> =>
        patiently(clock, work, () => {
          primary.destroy();
        });
      await asked(() => checkSchema(primary, place));
      return await asked(() => chosen(primary, partitions, place));
    } finally {
      await primary.end();
    }
  } catch (error) {
    throw postgresOpenError(place, error);
  }
}

async function chosen(primary: Primary, partitions: number, place: string): Promise<string> {
  const name = `${String(partitions)}/set`;
  await refuseOtherPartitions(primary, name, place);
  const others = await primary.query<{ readonly name: string }>({ text: OTHER, values: [name] });
  const [other] = others.rows;
  if (other !== undefined)
    throw new HeartbeatError(
      'HEARTBEAT_WRONG_PARTITIONS',
      `${place} belongs to a cluster with ${other.name.split('/')[0] ?? ''} partitions: set partitions to it`,
    );
  const marks = await primary.query<{ readonly value: Buffer }>({
    text: MARK,
    values: [String(partitions), MEMBERSHIP_KEY],
  });
  const [mark] = marks.rows;
  const known = mark && membershipFrom(unsealed(MEMBERSHIP_KEY, mark.value)).set;
  const values = [name, known ?? randomUUID()];
  const { rows } = await primary.write<{ readonly owner: string }>({ text: CHOOSE, values });
  const [row] = rows;
  if (row === undefined) throw new Error('the set of partitions was not stored');
  return row.owner;
}
