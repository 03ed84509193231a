import type { NodeReply } from '../../actors/node/node.protocol.js';
import type { UserReply } from '../../actors/user/user.protocol.js';
import { sentenceFor } from '../views/messages.js';
import { expectArgument, isIterable, must } from './checks.js';

/** The result of heals or heartbeats that were sent together. */
export interface BatchResult {
  readonly accepted: number;
  /** The refused ones, by their place in the call. */
  readonly rejected: readonly { readonly index: number; readonly error: string }[];
}

type Rejected = { index: number; error: string }[];

interface Parsed<Id> {
  /** What can be asked for, with its place in the call. */
  readonly ids: readonly { readonly id: Id; readonly index: number }[];
  /** The wrong ones. Refused ones are added. */
  readonly rejected: Rejected;
}

/**
 * Reads the entries of a call. A wrong one does not affect the others.
 *
 * @param what the name of the list, and what it is a list of
 * @param parse throws with a sentence about a wrong entry
 * @throws TypeError if it is not a list
 */
export function parsedBatch<Given, Id>(
  [name, of]: readonly [string, string],
  given: Iterable<Given>,
  parse: (entry: Given) => Id,
): Parsed<Id> {
  expectArgument(name, given, must(`a list of ${of}`, isIterable));
  const ids: { id: Id; index: number }[] = [];
  const rejected: Rejected = [];
  [...given].forEach((entry, index) => {
    try {
      ids.push({ id: parse(entry), index });
    } catch (error) {
      rejected.push({ index, error: error instanceof Error ? error.message : String(error) });
    }
  });
  return { ids, rejected };
}

/** @param replies to those that could be asked for */
export function batchResult(
  { ids, rejected }: Parsed<unknown>,
  replies: readonly (NodeReply | UserReply)[],
): BatchResult {
  replies.forEach((reply, at) => {
    if (reply.kind === 'refused')
      rejected.push({ index: ids[at]?.index ?? at, error: sentenceFor(reply.code) });
  });
  const accepted = replies.filter(({ kind }) => kind !== 'refused').length;
  return { accepted, rejected: inOrder(rejected) };
}

export function inOrder(rejected: Rejected): BatchResult['rejected'] {
  return rejected.sort((left, right) => left.index - right.index);
}
