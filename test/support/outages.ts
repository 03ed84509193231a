import type { DaemonProcess } from './daemon-process.js';
import type { Outage } from './history-comparison.js';

/** One run of the daemon, over now. */
export interface Life {
  /** When it took users in again; undefined if it was killed before it came so far. */
  readonly recoveredAt: number | undefined;
  readonly killed: { readonly earliest: number; readonly latest: number };
  readonly stalls: readonly Outage[];
  /** Milliseconds of the slowest commit that was logged as slow. */
  readonly slowestCommit: number;
}

/** Kills the daemon, and tells of its life. */
export async function endLife(daemon: DaemonProcess): Promise<Life> {
  const earliest = Date.now();
  await daemon.kill();
  return { ...lifeOf(daemon), killed: { earliest, latest: Date.now() } };
}

/** What the log says of a life so far. A line that the kill has cut off is not counted. */
export function lifeOf(daemon: DaemonProcess): Omit<Life, 'killed'> {
  const recovered = daemon.logged('recovered')[0]?.timestamp;
  return {
    recoveredAt: recovered === undefined ? undefined : Date.parse(recovered),
    slowestCommit: Math.max(0, ...daemon.logged('slow commit').map((line) => Number(line['milliseconds']))),
    stalls: daemon.logged('was blind').map((line) => stalled(Number(line['from']), Number(line['to']))),
  };
}

/** @param last of the daemon that still runs */
export function outagesOf(lives: readonly Life[], last: Omit<Life, 'killed'>): Outage[] {
  const outages: Outage[] = [];
  let died: Life['killed'] | undefined;
  for (const life of [...lives, { ...last, killed: undefined }]) {
    if (life.recoveredAt === undefined) continue;
    if (died !== undefined) outages.push({ cause: 'killed', began: died, ended: around(life.recoveredAt) });
    outages.push(...life.stalls);
    died = life.killed;
  }
  return outages;
}

/** A line is logged a little later than what it tells of. */
const LOGGED_LATE = 250;

function around(logged: number): Outage['ended'] {
  return { earliest: logged - LOGGED_LATE, latest: logged };
}

function stalled(from: number, to: number): Outage {
  const began = from * 1000;
  const ended = to * 1000;
  return {
    cause: 'stalled',
    began: { earliest: began, latest: began },
    ended: { earliest: ended, latest: ended },
  };
}
