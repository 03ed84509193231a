import type { IncomingMessage } from 'node:http';
import type { UserReply } from '../../../actors/user/user.protocol.js';
import type { Daemon } from '../../app/api/daemon.js';
import type { UserId, UserIds } from '../../domain/user-id.js';
import { queryProblem } from '../../views/messages.js';
import {
  checkupTextWith,
  factsOfOffline,
  factsOfOnline,
  isCheckupField,
  withoutMeta,
  type CheckupField,
  type UserFacts,
} from '../../views/user-view.js';
import { answerText, rejectedOf, type BatchOutcome } from '../input/batch.js';
import type { Exchange } from '../server/exchange.js';
import type { LargeSource } from '../server/large-answers.js';
import { idJson } from '../../views/id-json.js';

const NONE: ReadonlySet<CheckupField> = new Set();

/**
 * The fields that a checkup of many users shows of each. Other parameters are ignored, as before. Refuses
 * the request if a field is unknown.
 *
 * @returns undefined if the request was refused
 */
export function fieldsIn(
  exchange: Exchange,
  { url = '' }: IncomingMessage,
): ReadonlySet<CheckupField> | undefined {
  const query = url.indexOf('?');
  if (query < 0) return NONE;
  const [text, ...more] = new URLSearchParams(url.slice(query + 1)).getAll('fields');
  if (text === undefined) return NONE;
  const fields = text.split(',');
  if (more.length === 0 && fields.every(isCheckupField)) return new Set(fields);
  const message = more.length > 0 ? queryProblem.repeated('fields') : queryProblem.fields;
  exchange.refuse('HEARTBEAT_INVALID_QUERY', { message });
  return undefined;
}

/** Devices with their meta may be long. What was last seen of each user is read one after the other. */
export function largeSourceOf(fields: ReadonlySet<CheckupField>): LargeSource {
  if (!fields.has('devices')) return 'in turns of its own';
  return fields.has('last_seen') ? 'history' : 'state';
}

/** Answers with these fields of each user, in the order they were asked for. @param form with how ids are written */
export async function answerWithFields(
  { users }: Daemon,
  exchange: Exchange,
  { fields, ids }: { readonly fields: ReadonlySet<CheckupField>; readonly ids: Pick<UserIds, 'kind'> },
  outcome: BatchOutcome<UserId, UserReply>,
): Promise<void> {
  const results: string[] = [];
  for (const [place, user] of outcome.ids.entries()) {
    const reply = outcome.replies[place];
    if (user === undefined || reply?.kind !== 'described') continue;
    if (!exchange.open) return;
    const facts = await factsOf(users, user, reply, fields.has('last_seen'));
    const seen = exchange.access.seesMeta ? facts : withoutMeta(facts);
    results.push(checkupTextWith(fields, idJson(ids, user), seen));
  }
  answerResults(exchange, results, outcome);
}

/** @param results of the users who could be asked, in JSON each */
export function answerResults(
  exchange: Exchange,
  results: readonly string[],
  outcome: BatchOutcome<UserId, UserReply>,
): void {
  const rejected = rejectedOf(outcome);
  const more = rejected.length === 0 ? '' : `,"rejected":[${rejected.join(',')}]`;
  answerText(exchange, `{"results":[${results.join(',')}]${more}}`);
}

/** One user after the other is read from the store, so that a batch of many takes no more of the disk than one. */
async function factsOf(
  users: Daemon['users'],
  user: UserId,
  { session, ended }: Extract<UserReply, { kind: 'described' }>,
  isReadFromStore: boolean,
): Promise<UserFacts> {
  if (session !== undefined) return factsOfOnline(session);
  return factsOfOffline(ended ?? (isReadFromStore ? await users.lastSession(user) : undefined));
}
