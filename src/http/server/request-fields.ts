import type { IncomingMessage } from 'node:http';
import { withoutLinkTokens } from '../../domain/action-link.js';
import type { LogFields } from '../../ports/logger.js';
import { withoutBadgeSignature } from '../badges/badge-target.js';
import { withoutPingSecret } from '../pings/ping-target.js';
import { withoutLogin } from '../sign-in/login-target.js';

const LONGEST_PATH = 200;

/** The fields of a log line about a request. What is secret in its URL is left out. */
export function requestFields(
  { request, requestId }: { readonly request: IncomingMessage; readonly requestId: string },
  more: LogFields,
): LogFields {
  const { method, url = '' } = request;
  const path = withoutLogin(withoutLinkTokens(withoutPingSecret(withoutBadgeSignature(url))));
  return { request_id: requestId, method, path: path.slice(0, LONGEST_PATH), ...more };
}
