import type { IncomingMessage } from 'node:http';
import type { Exchange } from './exchange.js';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a body that is one JSON value; an empty one is an empty object. What is too large, or no JSON, is refused.
 *
 * @param limit bytes
 */
export function readJson(
  exchange: Exchange,
  request: IncomingMessage,
  limit: number,
  read: (value: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  let received = 0;
  const take = (chunk: Buffer): void => {
    received += chunk.length;
    chunks.push(chunk);
    if (received <= limit) return;
    request.off('data', take).off('end', end);
    exchange.refuse('HEARTBEAT_BODY_TOO_LARGE', { hangUp: true });
  };
  const end = (): void => {
    const value = parse(Buffer.concat(chunks));
    if (value === undefined) {
      exchange.refuse('HEARTBEAT_INVALID_BODY', { message: 'the body must be JSON in UTF-8' });
      return;
    }
    try {
      read(value.parsed);
    } catch (error) {
      exchange.fail(error);
    }
  };
  request.on('data', take).once('end', end);
}

function parse(body: Buffer): { readonly parsed: unknown } | undefined {
  try {
    const text = UTF8.decode(body);
    return { parsed: text.trim() === '' ? {} : JSON.parse(text) };
  } catch {
    return undefined;
  }
}
