import { isRecord } from '../../domain/is-record.js';
import type { IncomingMessage } from 'node:http';
import { readBody } from '../input/body.js';
import type { Exchange } from '../server/exchange.js';
import { parseJson, refuseBody, textOf } from '../input/json-body.js';
import { bodyProblem } from '../../views/messages.js';
import { problemsIn } from '../../views/body-problems.js';
import { failureReport, isTooLong, LONGEST_REASON, trimmedReason } from '../../views/failure-reason.js';

/**
 * Reads why a node has failed: a text, or JSON with a `reason`. What is sent as JSON, or is an object in JSON, is taken
 * for JSON.
 *
 * @param limit bytes of a body
 * @param read takes the reason, if one was given
 */
export function readReport(
  exchange: Exchange,
  request: IncomingMessage,
  limit: number,
  read: (reason: string | undefined) => void,
): void {
  readBody(exchange, request, limit, (body) => {
    const text = textOf(body);
    if (text === undefined) {
      refuseBody(exchange, [{ path: '', problem: bodyProblem.notUtf8 }]);
      return;
    }
    const report = parseReport(text, request.headers['content-type']);
    if ('problems' in report) refuseBody(exchange, report.problems);
    else if (isTooLong(report.reason))
      exchange.refuse('HEARTBEAT_BODY_TOO_LARGE', { message: bodyProblem.longReason(LONGEST_REASON) });
    else read(report.reason);
  });
}

function parseReport(
  text: string,
  type = '',
): { readonly reason: string | undefined } | { readonly problems: ReturnType<typeof problemsIn> } {
  const isJson = /^application\/(?:[\w.+-]+\+)?json\b/i.test(type.trim());
  const value = isJson || text.trimStart().startsWith('{') ? parseJson(text) : undefined;
  if (value === undefined && isJson) return { problems: [{ path: '', problem: bodyProblem.notJson }] };
  if (value === undefined || !(isJson || isRecord(value.parsed))) return { reason: trimmedReason(text) };
  const read = failureReport.safeParse(value.parsed);
  return read.success ? { reason: trimmedReason(read.data.reason) } : { problems: problemsIn(read.error) };
}
