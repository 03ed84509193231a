import type { Api } from '../../src/client/api/index.js';

/*
 * `GET /supervision` depends on the version, so each field is looked for, and what is not there is not shown.
 */

type Fields = Readonly<Record<string, unknown>>;

/** A child of the supervision tree. */
export interface SupervisedChild {
  readonly name: string;
  readonly status: string | undefined;
  readonly restarts: number;
  readonly incarnation: number | undefined;
  readonly mailbox: number | undefined;
  readonly lastCrash: { readonly at: Date | undefined; readonly error: string } | undefined;
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
  readonly deadLetters: { readonly total: number; readonly recent: readonly Fields[] };
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
    deadLetters: { total: numberIn(deadLetters['total']) ?? 0, recent: listIn(deadLetters['recent']) },
    tree: childOf(fieldsIn(answer['tree'])),
  };
}

function childOf(fields: Fields): SupervisedChild {
  const { name, status, restarts, incarnation, mailbox, last_crash: crash, children, ...others } = fields;
  const crashed = fieldsIn(crash);
  const error = textIn(crashed['error']);
  return {
    name: String(name),
    status: textIn(status),
    restarts: numberIn(restarts) ?? 0,
    incarnation: numberIn(incarnation),
    mailbox: numberIn(mailbox),
    lastCrash: error === undefined ? undefined : { at: dateIn(crashed['at']), error },
    fields: others,
    children: listIn(children).map(childOf),
  };
}

/** Of a child and everything below it. */
export function restartsIn(child: SupervisedChild): number {
  return child.children.reduce((sum, each) => sum + restartsIn(each), child.restarts);
}

function fieldsIn(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function listIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function dateIn(value: unknown): Date | undefined {
  return typeof value === 'number' ? instant(value) : undefined;
}

/** @param seconds Unix */
function instant(seconds: number): Date {
  return new Date(seconds * 1000);
}
