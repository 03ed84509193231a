import { createHmac } from 'node:crypto';
import type { Secret } from '../secret.js';

const PREFIX = 'whsec_';

/** The signature of Standard Webhooks: HMAC-SHA256 over id, time and body. https://www.standardwebhooks.com */
export function signatureOf(secret: Secret, id: string, timestamp: number, body: string): string {
  const hmac = createHmac('sha256', keyOf(secret));
  return `v1,${hmac.update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

function keyOf(secret: Secret): Buffer {
  const text = secret.reveal();
  return text.startsWith(PREFIX) ? Buffer.from(text.slice(PREFIX.length), 'base64') : Buffer.from(text);
}
