import type { DaemonProcess } from './daemon-process.js';
import type { Outage } from './history-comparison.js';

/** A past run of the daemon. */
export interface Life {
  /** By partition; one is absent if it was killed before that. */
  readonly recovered: ReadonlyMap<string | undefined, Recovered>;
  readonly killed: { readonly earliest: number; readonly latest: number };
  readonly stalls: readonly Outage[];
}

/** What the start of a partition found on disk and decided, from its log. */
export interface Recovered {
  /** When it had recovered the users. */
  readonly at: number;
  /** When the previous run was last known to be alive. */
  readonly aliveAt: number;
  /** All earlier ends were on disk. */
  readonly settled: number;
}

/** Kills the daemon. @returns the facts of its run */
export async function endLife(daemon: DaemonProcess): Promise<Life> {
  const earliest = Date.now();
  await daemon.kill();
  return { ...lifeOf(daemon), killed: { earliest, latest: Date.now() } };
}

/** The facts of a run from its log so far. A line that the kill cut off is ignored. */
export function lifeOf(daemon: DaemonProcess): Omit<Life, 'killed'> {
  return {
    recovered: recoveredOf(daemon),
    stalls: daemon.logged('was blind').map((line) => stalled(Number(line['from']), Number(line['to']))),
  };
}

function recoveredOf(daemon: DaemonProcess): Life['recovered'] {
  return new Map(
    daemon.logged('recovered').map((line) => {
      const at = Math.round(Number(line['to']) * 1000);
      const aliveAt = at - Math.round(Number(line['blind_seconds']) * 1000);
      const settled = aliveAt - Math.round(Number(line['behind_seconds']) * 1000);
      const { partition } = line;
      return [typeof partition === 'string' ? partition : undefined, { at, aliveAt, settled }];
    }),
  );
}

/**
 * The outages of one partition: each recovers by itself, from what it has on disk.
 *
 * @param last the run of the daemon that is still running
 */
export function outagesOf(
  partition: string | undefined,
  lives: readonly Life[],
  last: Omit<Life, 'killed'>,
): Outage[] {
  const outages: Outage[] = [];
  let died: Life['killed'] | undefined;
  for (const life of [...lives, { ...last, killed: undefined }]) {
    const recovered = life.recovered.get(partition);
    if (recovered === undefined) continue;
    if (died !== undefined) outages.push(killed(died, recovered));
    outages.push(...life.stalls);
    died = life.killed;
  }
  return outages;
}

export function killed(began: Life['killed'], { at, aliveAt, settled }: Recovered): Outage {
  return { cause: 'killed', began, ended: { earliest: at, latest: at }, aliveAt, settled };
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
