import { SeededRandom } from '../../test/support/seeded-random.js';

/**
 * `kill`: SIGKILL, and a new start. `restart`: SIGTERM, and a new start. `freeze`: SIGSTOP, and SIGCONT. `full-disk`:
 * each write is refused. `reload`: SIGHUP with another configuration. `outage`: the provider of alerts is away.
 */
export type FaultKind = 'kill' | 'restart' | 'freeze' | 'full-disk' | 'reload' | 'outage';

/** What is done to the daemon, in milliseconds since the beginning of its part of the run. */
export interface Fault {
  readonly kind: FaultKind;
  readonly at: number;
  /** 0 for what is over at once. */
  readonly lasts: number;
}

/** How long each takes, in milliseconds: from and to. */
const LASTS: Readonly<Record<FaultKind, readonly [number, number]>> = {
  kill: [0, 0],
  restart: [0, 0],
  freeze: [300, 15_000],
  'full-disk': [3_000, 20_000],
  reload: [0, 0],
  outage: [2_000, 45_000],
};
/** They never overlap each other: a start on a full disk fails, and a frozen daemon hears no signal. */
const OF_THE_DAEMON: readonly FaultKind[] = ['kill', 'freeze', 'full-disk', 'reload', 'kill', 'restart'];
/** Of the time between two faults: the first one comes soon, so that a short run has all of them. */
const [SOONEST, LATEST] = [0.5, 1.5];

/**
 * Faults of the daemon one after another, each kind before the first comes again; outages of the provider beside them,
 * whenever. All of them are over by the end.
 *
 * @param length the milliseconds of this part
 * @param every the milliseconds between two faults, on average
 */
export function planFaults(seed: number, length: number, every: number): readonly Fault[] {
  const random = new SeededRandom(seed);
  const planned = [
    ...chain(random, shuffledBags(random, OF_THE_DAEMON), length, every),
    ...chain(random, () => 'outage', length, 2 * every),
  ];
  return planned.sort((one, other) => one.at - other.at);
}

function chain(random: SeededRandom, next: () => FaultKind, length: number, every: number): Fault[] {
  const faults: Fault[] = [];
  for (let at = random.between(0, LATEST) * every; ;) {
    const kind = next();
    const [least, most] = LASTS[kind];
    const lasts = Math.round(random.between(least, most));
    if (at + lasts >= length) return faults;
    faults.push({ kind, at: Math.round(at), lasts });
    at += lasts + random.between(SOONEST, LATEST) * every;
  }
}

/** All in some order, and then again in another one. */
function shuffledBags(random: SeededRandom, kinds: readonly FaultKind[]): () => FaultKind {
  let bag: FaultKind[] = [];
  return () => {
    if (bag.length === 0) bag = [...kinds];
    const [drawn = 'reload'] = bag.splice(Math.floor(random.next() * bag.length), 1);
    return drawn;
  };
}
