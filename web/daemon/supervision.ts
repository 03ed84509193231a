import type { Api } from '../../src/client/api/index.js';

/*
 * `GET /supervision` depends on the version, so each field is looked for, and what is not there is not shown.
 */

type Fields = Readonly<Record<string, unknown>>;

interface LastCrash {
  readonly at: Date | undefined;
  readonly error: string;
}

/** A message that no actor handled. */
export interface DeadLetter {
  readonly at: Date | undefined;
  /** Of the actor that it was for. */
  readonly path: string;
  readonly message: string;
  readonly reason: string;
}

/** A child of the supervision tree. */
export interface SupervisedChild {
  readonly name: string;
  readonly status: string | undefined;
  /** By its supervisor, and those of actors that it restarted itself. */
  readonly restarts: number;
  readonly incarnation: number | undefined;
  /** Messages that wait. */
  readonly mailbox: number | undefined;
  /** Users or nodes of a shard: each has an actor. */
  readonly actors: number | undefined;
  /** Its own, or that of an actor in it. */
  readonly lastCrash: LastCrash | undefined;
  /** Whatever else it says of itself. */
  readonly fields: Fields;
  readonly children: readonly SupervisedChild[];
}

export interface BlindInterval {
  readonly from: Date;
  readonly to: Date;
  readonly seconds: number;
  readonly cause: string;
}

/** What the dashboard shows of the daemon itself. */
export interface DaemonState {
  readonly status: string;
  readonly startedAt: Date | undefined;
  readonly store: { readonly bytes: number | undefined; readonly trouble: string | undefined };
  readonly memory: {
    readonly used: number | undefined;
    readonly limit: number | undefined;
    readonly isShort: boolean;
  };
  /** Newest first. */
  readonly blind: readonly BlindInterval[];
  /** How many actors run, those of users and nodes included. */
  readonly actors: number | undefined;
  /** Those that are kept, newest first. */
  readonly deadLetters: { readonly total: number; readonly recent: readonly DeadLetter[] };
  readonly tree: SupervisedChild;
}

export function daemonStateOf(answer: Api.Answers['supervision']): DaemonState {
  const store = fieldsIn(answer['store']);
  const memory = fieldsIn(answer['memory']);
  const heap = fieldsIn(memory['heap']);
  const deadLetters = fieldsIn(answer['dead_letters']);
  const blind = listIn(answer['blind_intervals']).flatMap((each) => {
    const { from, to, seconds, cause } = each;
    if (typeof from !== 'number' || typeof to !== 'number') return [];
    return [
      { from: instant(from), to: instant(to), seconds: numberIn(seconds) ?? to - from, cause: String(cause) },
    ];
  });
  return {
    status: answer.status,
    startedAt: dateIn(answer['started_at']),
    store: { bytes: numberIn(store['size_bytes']), trouble: textIn(store['trouble']) },
    memory: {
      used: numberIn(heap['live_bytes']),
      limit: numberIn(heap['limit_bytes']),
      isShort: memory['short'] === true,
    },
    blind: blind.toSorted((one, other) => other.to.getTime() - one.to.getTime()),
    actors: numberIn(answer['actors']),
    deadLetters: {
      total: numberIn(deadLetters['total']) ?? 0,
      recent: listIn(deadLetters['recent']).map(deadLetterOf).toReversed(),
    },
    tree: childOf(fieldsIn(answer['tree'])),
  };
}

function childOf(fields: Fields): SupervisedChild {
  const { name, status, restarts, incarnation, mailbox, last_crash: crash, children, ...others } = fields;
  const crashes = [crashIn(crash), crashIn(others['last_actor_crash'])].filter((each) => each !== undefined);
  return {
    name: String(name),
    status: textIn(status),
    restarts: (numberIn(restarts) ?? 0) + (numberIn(others['crashes']) ?? 0),
    incarnation: numberIn(incarnation),
    mailbox: numberIn(mailbox),
    actors: numberIn(others['actors']),
    lastCrash: crashes.toSorted((one, other) => timeOf(other) - timeOf(one))[0],
    fields: others,
    children: listIn(children).map(childOf),
  };
}

function crashIn(value: unknown): LastCrash | undefined {
  const fields = fieldsIn(value);
  const error = textIn(fields['error']);
  return error === undefined ? undefined : { at: dateIn(fields['at']), error };
}

function timeOf({ at }: LastCrash): number {
  return at?.getTime() ?? 0;
}

function deadLetterOf({ at, path, message, reason }: Fields): DeadLetter {
  return { at: dateIn(at), path: String(path), message: String(message), reason: String(reason) };
}

/** Of a child and everything below it. */
export function restartsIn(child: SupervisedChild): number {
  return child.children.reduce((sum, each) => sum + restartsIn(each), child.restarts);
}

export function fieldsIn(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function listIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function dateIn(value: unknown): Date | undefined {
  return typeof value === 'number' ? instant(value) : undefined;
}

/** @param seconds Unix */
function instant(seconds: number): Date {
  return new Date(seconds * 1000);
}
