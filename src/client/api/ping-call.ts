import type { HttpCalls } from './http-calls.js';
import { expectOptions, type CallOptions } from './client-options.js';
import { inPath } from './ids.js';

/** The node of a ping: by its `pingUuid`, or by a ping key and its slug. */
export type PingTarget = string | { readonly key: string; readonly slug: string };

/** What a job says with a ping. */
export interface PingOptions extends CallOptions {
  /** Default `success`. */
  readonly kind?: 'success' | 'start' | 'fail' | 'log' | undefined;
  /** In place of `kind`: 0 is a success, 1 to 255 a failure. */
  readonly exitStatus?: number | undefined;
  /** The run that it belongs to: a UUID. */
  readonly rid?: string | undefined;
  /** Any text. The daemon keeps its beginning. */
  readonly body?: string | undefined;
  /** Registers a node for a slug that nobody has, if the ping key may. */
  readonly create?: boolean | undefined;
}

/** The word of the daemon. A ping that is rate limited has not counted. */
export type PingAnswer = 'OK' | 'Created' | 'OK (rate limited)';

const OPTIONS = ['kind', 'exitStatus', 'rid', 'body', 'create', 'signal'];
const KINDS = ['success', 'start', 'fail', 'log'];
/** By the number of parts of the path. A word behind a UUID is written as a slug is behind a key. */
const OPERATIONS = ['pingWithBody', 'pingBySlugWithBody', 'pingBySlugSayingWithBody'] as const;
const MOST_STATUS = 255;

/** @throws TypeError for a wrong argument, and what `HttpCalls.call` throws */
export async function ping<Id>(
  calls: HttpCalls<Id>,
  target: PingTarget,
  options: PingOptions = {},
): Promise<PingAnswer> {
  expectOptions(options, OPTIONS);
  const { rid, body, create, signal } = options;
  const node = typeof target === 'string' ? [target] : [target.key, target.slug];
  if (create === true && node.length === 1) throw new TypeError('create needs a ping key and a slug');
  const path = [...node, ...saidBy(options)].map((part) =>
    inPath(part, 'HEARTBEAT_UNKNOWN_NODE', 'unknown node'),
  );
  const operation = OPERATIONS[path.length - 1] ?? 'pingWithBody';
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  const query = { rid, ...(create === true && { create: '1' }) };
  return calls.call(operation, { path, query, body, headers, signal });
}

/** The word behind a UUID or a slug. A success has none. */
function saidBy({ kind, exitStatus }: PingOptions): readonly string[] {
  if (kind !== undefined && !KINDS.includes(kind))
    throw new TypeError(`kind must be one of ${KINDS.join(', ')}, not ${kind}`);
  if (exitStatus === undefined) return kind === undefined || kind === 'success' ? [] : [kind];
  if (kind !== undefined) throw new TypeError('a ping has a kind or an exitStatus, not both');
  if (!Number.isInteger(exitStatus) || exitStatus < 0 || exitStatus > MOST_STATUS)
    throw new TypeError(`exitStatus must be a whole number from 0 to ${MOST_STATUS}, not ${exitStatus}`);
  return [String(exitStatus)];
}
