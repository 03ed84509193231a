import { isRecord } from '../../domain/is-record.js';
import type { IncomingMessage } from 'node:http';
import { readBody } from './body.js';
import type { Exchange } from '../server/exchange.js';
import { isBodiless } from '../server/request-head.js';
import type { BodyProblem } from '../../views/body-problems.js';
import { bodyProblem } from '../../views/messages.js';

/** It skips a byte order mark. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

type Work = () => void | Promise<void>;

/**
 * Reads a body with one JSON value; an empty body is an empty object. Refuses what is too large or not JSON.
 *
 * @param limit bytes
 * @param inTurn parses and handles it, where large bodies take turns; at once by default
 */
export function readJson(
  exchange: Exchange,
  request: IncomingMessage,
  limit: number,
  read: (value: unknown) => void | Promise<void>,
  inTurn: (work: Work) => void | Promise<void> = (work) => work(),
): void {
  readBody(exchange, request, limit, (body) =>
    inTurn(() => {
      const text = textOf(body);
      const value = text === undefined ? undefined : parseJson(text);
      if (value === undefined) {
        refuseBody(exchange, [{ path: '', problem: bodyProblem.notJson }]);
        return;
      }
      const unusable = unusableNames(value.parsed);
      if (unusable.length === 0) return read(value.parsed);
      refuseBody(exchange, unusable);
    }),
  );
}

/** Reads a body of JSON with `parse`, and refuses it with all that is wrong with it. Bodies of all callers take turns. */
export function readParsed<Read extends object>(
  exchange: Exchange,
  request: IncomingMessage,
  limit: number,
  parse: (body: unknown) => Read | Unreadable,
  read: (read: Read) => void,
): void {
  const check = (body: unknown): void => {
    const outcome = parse(body);
    if (isUnreadable(outcome)) refuseBody(exchange, outcome.problems);
    else read(outcome);
  };
  readJson(exchange, request, limit, check, (work) => exchange.inTurn(work));
}

interface Unreadable {
  readonly problems: readonly BodyProblem[];
}

function isUnreadable(outcome: object): outcome is Unreadable {
  return 'problems' in outcome;
}

/** Continues without a body, or with an empty one; refuses a body that nothing would read. */
export function expectNoBody(
  exchange: Exchange,
  request: IncomingMessage,
  limit: number,
  next: () => void | Promise<void>,
): void | Promise<void> {
  if (isBodiless(request.headers)) return next();
  readBody(exchange, request, limit, (body) => {
    const value = parseJson(textOf(body) ?? '?');
    const fields = isRecord(value?.parsed) ? Object.keys(value.parsed) : undefined;
    if (fields?.length === 0) return next();
    const problems = fields?.map((path) => ({ path, problem: bodyProblem.unknownField }));
    refuseBody(exchange, [...(problems ?? []), { path: '', problem: bodyProblem.unread }]);
  });
}

/** JavaScript treats it specially, and would silently lose it. */
const UNUSABLE = '__proto__';

/** Deeper values would exhaust the stack of whatever reads them. No call needs more than a few levels. */
const DEEPEST = 64;

/** What is wrong with a value of JSON, whoever reads it. */
export function unusableNames(value: unknown, path: readonly string[] = []): BodyProblem[] {
  if (typeof value !== 'object' || value === null) return [];
  if (path.length > DEEPEST) return [{ path: '', problem: bodyProblem.tooDeep(DEEPEST) }];
  return Object.entries(value).flatMap(([name, inner]): BodyProblem[] => {
    if (name === UNUSABLE) return [{ path: [...path, name].join('.'), problem: bodyProblem.unusableName }];
    // A list may have 100,000 texts.
    return typeof inner === 'object' ? unusableNames(inner, [...path, name]) : [];
  });
}

export function refuseBody(exchange: Exchange, problems: readonly BodyProblem[]): void {
  const message = problems
    .map(({ path, problem }) => (path === '' ? problem : `${path}: ${problem}`))
    .join('; ');
  exchange.refuse('HEARTBEAT_INVALID_BODY', { message, details: { problems } });
}

/** @returns undefined if it is not UTF-8 */
export function textOf(body: Buffer): string | undefined {
  try {
    return UTF8.decode(body);
  } catch {
    return undefined;
  }
}

/** @returns undefined if it is not JSON; an empty text is an empty object */
export function parseJson(text: string): { readonly parsed: unknown } | undefined {
  try {
    return { parsed: text.trim() === '' ? {} : JSON.parse(text) };
  } catch {
    return undefined;
  }
}
