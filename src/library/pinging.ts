import type { NodeRequest } from '../../actors/node/node.protocol.js';
import { isUuid, type PingKind } from '../domain/ping.js';
import { must, objectOf, one, oneOf, refuseProblems } from './checks.js';

/** What a job says with a ping. */
export interface PingOptions {
  /** Default `success`. */
  readonly kind?: Exclude<PingKind, 'exit'> | undefined;
  /** In place of `kind`: 0 is a success, 1 to 255 a failure. */
  readonly exitStatus?: number | undefined;
  /** The run that it belongs to: a UUID. */
  readonly rid?: string | undefined;
  /** A text or bytes, of which the beginning is kept. */
  readonly body?: string | Uint8Array | undefined;
  /** Registers the node if it is unknown, with the schedule `{ every: 86_400, grace: 3_600 }`. */
  readonly create?: boolean | undefined;
}

/** The method of a ping that the program itself sent. */
const METHOD = 'library';
const MOST_STATUS = 255;

const OPTIONS = objectOf({
  kind: one(oneOf('success', 'start', 'fail', 'log')),
  exitStatus: one(
    must(`a whole number from 0 to ${String(MOST_STATUS)}`, (value) => {
      return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_STATUS;
    }),
  ),
  rid: one(must('a UUID', (value) => typeof value === 'string' && isUuid(value.toLowerCase()))),
  body: one(
    must('a text or a Uint8Array', (value) => typeof value === 'string' || value instanceof Uint8Array),
  ),
  create: one(must('true or false', (value) => typeof value === 'boolean')),
});

/**
 * Reads a ping.
 *
 * @param kept how much is kept of a body, in bytes
 * @throws TypeError with every problem, a line each
 */
export function readPing(options: PingOptions, kept: number): Extract<NodeRequest, { kind: 'ping' }> {
  refuseProblems('ping', OPTIONS(options, 'options'));
  const { kind, exitStatus, rid, body = '', create = false } = options;
  if (kind !== undefined && exitStatus !== undefined)
    refuseProblems('ping', ['options.exitStatus: takes the place of kind: remove one of the two']);
  const bytes = Buffer.from(body);
  return {
    kind: 'ping',
    creates: create,
    ping: {
      ...(exitStatus === undefined ? { kind: kind ?? 'success' } : { kind: 'exit', exitStatus }),
      ...(rid !== undefined && { rid: rid.toLowerCase() }),
      method: METHOD,
      // A copy: a part would keep all of it.
      body: Uint8Array.from(bytes.subarray(0, kept)),
      bytes: bytes.length,
    },
  };
}
